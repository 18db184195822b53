import { LecternError, type Locale, localError, refusal } from "./errors.ts";
import { type Token, type TokenSource, Tokens } from "./token.ts";
import { retryAfterOf } from "./waiting.ts";
import type { Problem } from "./wire.ts";

/** A service that says nothing for so long is taken for unreachable. "Complete" may look at a file for 10 s and more. */
const SILENCE_MS = 45_000;
const POLL_SILENCE_MS = 10_000;

export interface CallOptions {
  readonly body?: object;
  readonly signal?: AbortSignal | undefined;
  /** Sent to its end although the page goes. */
  readonly keepalive?: boolean;
}

export interface HttpOptions {
  readonly token: TokenSource;
  readonly locale: Locale;
  readonly fetch: typeof fetch;
}

/** Calls with the token of the client, which is renewed once where it is refused. */
export class Http {
  readonly locale: Locale;
  readonly tokens: Tokens;
  readonly #fetch: typeof fetch;

  constructor(options: HttpOptions) {
    this.locale = options.locale;
    this.tokens = new Tokens(options.token);
    this.#fetch = options.fetch;
  }

  /** Tenant and user of the token. */
  async account(): Promise<string> {
    return (await this.tokens.get()).account;
  }

  /**
   * @returns the body; undefined for 204
   * @throws LecternError; the signal's reason where it was aborted
   */
  async call<T>(method: "GET" | "POST" | "DELETE", url: string, options: CallOptions = {}): Promise<T> {
    const timeout = AbortSignal.timeout(SILENCE_MS);
    const signal = options.signal === undefined ? timeout : AbortSignal.any([options.signal, timeout]);
    try {
      const answer = await this.open(method, url, { ...options, signal });
      return (answer.status === 204 ? undefined : await answer.json()) as T;
    } catch (error) {
      throw this.faultOf(error, options.signal);
    }
  }

  /** A poll: a service under pressure answers, and asks for fewer. */
  async get<T>(url: string, caller: AbortSignal): Promise<{ readonly body: T; readonly retryAfterMs: number | null }> {
    const signal = AbortSignal.any([caller, AbortSignal.timeout(POLL_SILENCE_MS)]);
    try {
      const answer = await this.open("GET", url, { signal });
      return { body: (await answer.json()) as T, retryAfterMs: retryAfterOf(answer.headers.get("retry-after")) };
    } catch (error) {
      throw this.faultOf(error, caller);
    }
  }

  /** The answer once its head is there, for what is read as it comes. Throws as `call` does. */
  async open(method: string, url: string, options: CallOptions = {}): Promise<Response> {
    try {
      options.signal?.throwIfAborted();
      const token = await this.#token(() => this.tokens.get());
      const answer = await this.#send(method, url, token, options);
      if (answer.status !== 401) return await this.#accepted(answer, token);
      await answer.body?.cancel();
      const next = await this.#token(() => this.tokens.renew(token));
      return await this.#accepted(await this.#send(method, url, next, options), next);
    } catch (error) {
      throw this.faultOf(error, options.signal);
    }
  }

  /** A function that cannot be reached is the network's fault; any other failure means that nobody is signed in. */
  async #token(get: () => Promise<Token>): Promise<Token> {
    try {
      return await get();
    } catch (error) {
      if (error instanceof TypeError || error instanceof LecternError) throw error;
      throw localError("UNAUTHENTICATED", this.locale, "The token function failed.", error);
    }
  }

  #send(method: string, url: string, token: Token, { body, signal, keepalive }: CallOptions): Promise<Response> {
    return this.#fetch(url, {
      method,
      headers: {
        authorization: `Bearer ${token.text}`,
        "accept-language": this.locale,
        ...(body && { "content-type": "application/json" }),
      },
      ...(body && { body: JSON.stringify(body) }),
      ...(signal && { signal }),
      ...(keepalive && { keepalive }),
    });
  }

  async #accepted(answer: Response, { expiresAt }: Token): Promise<Response> {
    const { ok, status } = answer;
    if (ok) return answer;
    const problem = (await answer.json().catch(() => null)) as Problem | null;
    const hasEnded = expiresAt !== null && expiresAt <= Date.now();
    const said = status !== 401 ? undefined : hasEnded ? "TOKEN_EXPIRED" : "UNAUTHENTICATED";
    throw refusal(status, problem, this.locale, retryAfterOf(answer.headers.get("retry-after")), said);
  }

  /** What is no refusal and no wish of the caller's is the network's. */
  faultOf(error: unknown, signal: AbortSignal | undefined): unknown {
    if (error instanceof LecternError || signal?.aborted) return error;
    return localError("NETWORK", this.locale, "No answer came: no network, a server that is away, or CORS.", error);
  }
}
