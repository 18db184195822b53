import { type Locale, localError, refusal } from "../errors.ts";
import { retryAfterOf } from "../waiting.ts";

/** Without a byte moving for so long the connection is taken for dead: TCP itself takes many minutes. */
const STALL_MS = 25_000;
/** Where progress cannot be seen (fetch), a transfer must be as fast as this at least. */
const SLOWEST_BYTES_PER_MS = 32;

export interface SendOptions {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Blob;
  readonly signal: AbortSignal;
  readonly locale: Locale;
  readonly fetch: typeof fetch;
  /** Bytes of this body that are on their way. */
  readonly onProgress: (bytes: number) => void;
}

export interface Sent {
  /** null where the store's CORS rule does not expose it. */
  readonly etag: string | null;
}

/**
 * PUTs bytes to the store: by XMLHttpRequest in browsers, since fetch tells nothing of what was sent.
 * @throws LecternError; the signal's reason where it was aborted
 */
export async function send(options: SendOptions): Promise<Sent> {
  const { signal, locale, body } = options;
  signal.throwIfAborted();
  try {
    const answer = await (typeof XMLHttpRequest === "undefined" ? byFetch(options) : byXhr(options));
    if (answer.status < 200 || answer.status > 299)
      throw refusal(answer.status, null, locale, retryAfterOf(answer.retryAfter));
    return { etag: answer.etag };
  } catch (error) {
    signal.throwIfAborted();
    if (!(error instanceof Unreachable)) throw error;
    if (!(await isReadable(body))) throw localError("FILE_CHANGED", locale, "The file can no longer be read.", error);
    throw localError("NETWORK", locale, "The store did not answer: no network, or its CORS rule.", error.cause);
  }
}

class Unreachable extends Error {}

interface Answer {
  readonly status: number;
  readonly etag: string | null;
  readonly retryAfter: string | null;
}

async function byFetch({ url, headers, body, signal, fetch }: SendOptions): Promise<Answer> {
  const limit = AbortSignal.timeout(STALL_MS + Math.ceil(body.size / SLOWEST_BYTES_PER_MS));
  try {
    const answer = await fetch(url, { method: "PUT", headers, body, signal: AbortSignal.any([signal, limit]) });
    await answer.arrayBuffer();
    return { status: answer.status, etag: answer.headers.get("etag"), retryAfter: answer.headers.get("retry-after") };
  } catch (cause) {
    throw new Unreachable("fetch", { cause });
  }
}

function byXhr({ url, headers, body, signal, onProgress }: SendOptions): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const xhr = new XMLHttpRequest();
    const abort = () => xhr.abort();
    let stalled = setTimeout(abort, STALL_MS);
    const moved = () => {
      clearTimeout(stalled);
      stalled = setTimeout(abort, STALL_MS);
    };
    xhr.open("PUT", url);
    for (const [name, value] of Object.entries(headers)) xhr.setRequestHeader(name, value);
    xhr.upload.onprogress = ({ loaded }) => {
      moved();
      onProgress(loaded);
    };
    xhr.onload = () =>
      resolve({
        status: xhr.status,
        etag: headerOf(xhr, "etag"),
        retryAfter: headerOf(xhr, "retry-after"),
      });
    xhr.onerror = xhr.onabort = () => reject(new Unreachable("XMLHttpRequest"));
    xhr.onloadend = () => {
      clearTimeout(stalled);
      signal.removeEventListener("abort", abort);
    };
    signal.addEventListener("abort", abort);
    xhr.send(body);
  });
}

/** Null where the store does not expose it. `getResponseHeader` would leave an error in the page's console. */
function headerOf(xhr: XMLHttpRequest, name: string): string | null {
  const lines = xhr.getAllResponseHeaders().split("\r\n");
  const line = lines.find((each) => each.toLowerCase().startsWith(`${name}:`));
  return line === undefined ? null : line.slice(name.length + 1).trim();
}

/** A file that was changed or moved on disk fails just like a broken connection. */
async function isReadable(body: Blob): Promise<boolean> {
  try {
    await body.slice(0, 1).arrayBuffer();
    return true;
  } catch {
    return false;
  }
}
