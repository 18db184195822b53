import { openAsBlob } from "node:fs";
import type { LectureFile } from "./lecture-file.ts";

/** The services refused something; the message is theirs, in Korean and English where they have both. */
export class RefusedError extends Error {
  readonly code: string;
  constructor(code: string, sentences: readonly string[]) {
    super([...new Set(sentences)].join("\n"));
    this.code = code;
  }
}

interface Problem {
  readonly code?: string;
  readonly detail?: string;
  readonly error_reason?: string;
}

export interface UploadTarget {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** What the demo reads of a progress answer. */
export interface VideoProgress {
  readonly status: string;
  readonly known: boolean;
  readonly progress: number;
  readonly encoding_remaining_seconds: number | null;
  readonly encoding_step_index: number | null;
  readonly encoding_step_total: number | null;
  readonly encoding_step_name: string | null;
  readonly hls_path: string | null;
  readonly duration: number | null;
  readonly error_reason: string | null;
  readonly error_code: string | null;
}

type Language = "ko" | "en";

/** A client of the public APIs, as a browser would be: HTTP and a token, nothing else. */
export class LectureApi {
  readonly #urls: { readonly upload: string; readonly progress: string };
  readonly #token: string;

  constructor(urls: { readonly upload: string; readonly progress: string }, token: string) {
    this.#urls = urls;
    this.#token = token;
  }

  create(file: LectureFile): Promise<{ readonly id: number; readonly upload: UploadTarget }> {
    return this.#post(`${this.#urls.upload}/api/v1/media/videos/`, {
      title: file.title,
      filename: file.filename,
      content_type: file.contentType,
      size_bytes: file.sizeBytes,
    });
  }

  /** Sends the bytes straight to the store. */
  async put(target: UploadTarget, file: LectureFile): Promise<void> {
    const body = await openAsBlob(file.path, { type: file.contentType });
    const answer = await fetch(target.url, { method: target.method, headers: target.headers, body });
    if (!answer.ok) throw new RefusedError("UPLOAD", [`The store answered ${answer.status}: ${await answer.text()}`]);
  }

  /** Where the queue cannot be reached at the moment, the upload is confirmed all the same: encoding starts later. */
  async complete(id: number): Promise<void> {
    try {
      await this.#post(`${this.#urls.upload}/api/v1/media/videos/${id}/upload/complete/`);
    } catch (error) {
      if (!(error instanceof RefusedError && error.code === "VIDEO_UPLOAD_ENQUEUE_FAILED")) throw error;
    }
  }

  async progress(id: number, language: Language = "ko"): Promise<VideoProgress> {
    const answer = await fetch(`${this.#urls.progress}/api/v1/media/videos/${id}/progress/`, {
      headers: this.#headers(language),
      signal: AbortSignal.timeout(10_000),
    });
    if (!answer.ok) throw await refusal(answer);
    return (await answer.json()) as VideoProgress;
  }

  /** Why a video failed, in Korean and in English. */
  async failure(id: number): Promise<RefusedError> {
    const [korean, english] = await Promise.all([this.progress(id, "ko"), this.progress(id, "en")]);
    const reasons = [korean, english].flatMap(({ error_reason }) => error_reason ?? []);
    return new RefusedError(english.error_code ?? "FAILED", reasons);
  }

  async #post<T>(url: string, body?: object): Promise<T> {
    const answer = await fetch(url, {
      method: "POST",
      headers: { ...this.#headers("ko"), ...(body && { "content-type": "application/json" }) },
      ...(body && { body: JSON.stringify(body) }),
    });
    if (!answer.ok) throw await refusal(answer);
    return (await answer.json()) as T;
  }

  #headers(language: Language): Record<string, string> {
    return { authorization: `Bearer ${this.#token}`, "accept-language": language };
  }
}

/** A problem's `error_reason` is for a teacher, in the language asked for; its `detail` is always English. */
async function refusal(answer: Response): Promise<RefusedError> {
  const { code, error_reason, detail } = (await answer.json().catch(() => ({}))) as Problem;
  const sentences = [error_reason, detail].filter((sentence) => sentence !== undefined);
  if (sentences.length === 0) sentences.push(`${answer.url} answered ${answer.status}.`);
  return new RefusedError(code ?? String(answer.status), sentences);
}
