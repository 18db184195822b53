import { LecternError } from "../errors.ts";
import type { Http } from "../http.ts";
import { backOff } from "../waiting.ts";
import { keyOf, type Progress, type SubjectKey, videoIdOf } from "./subject.ts";

/** Most ids of one request. */
const BATCH = 100;
/** What is due within so many milliseconds is asked with the rest. */
const TOGETHER_MS = 300;
/** Nobody looks at a hidden page. */
const HIDDEN_MS = 20_000;
/** A service that refuses what is asked may take it later: when somebody has signed in again. */
const REFUSED_MS = 30_000;

const NEVER = Number.POSITIVE_INFINITY;

export interface PollerOptions {
  readonly http: Http;
  /** Of progress-service, with /api/v1. */
  readonly base: string;
  readonly onState: (state: Progress) => void;
  /** null: an answer came. */
  readonly onError: (error: LecternError | null) => void;
}

/** "once": its present state, what comes after is pushed. */
export type Poll = "often" | "once" | "never";

interface Asked {
  readonly poll: Poll;
  /** When it is to be asked for next, by performance.now(). */
  readonly due: number;
}

/** Asks for many videos at once, each as often as its last answer says. */
export class Poller {
  readonly #options: PollerOptions;
  readonly #asked = new Map<SubjectKey, Asked>();
  #visible = true;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #asking: AbortController | null = null;
  #failures = 0;
  /** Not before: the server, or a failure, asked for it. */
  #resting = 0;
  #isToldToRest = false;

  constructor(options: PollerOptions) {
    this.#options = options;
  }

  /** What is new is asked for at once, and what is pushed no longer. */
  set(polls: ReadonlyMap<SubjectKey, Poll>): void {
    for (const key of this.#asked.keys()) if (!polls.has(key)) this.#asked.delete(key);
    for (const [key, poll] of polls) {
      const was = this.#asked.get(key);
      if (poll === "never") this.#asked.set(key, { poll, due: NEVER });
      else if (was === undefined) this.#asked.set(key, { poll, due: 0 });
      else if (poll === "often") this.#asked.set(key, { poll, due: was.due === NEVER ? 0 : was.due });
      else this.#asked.set(key, { poll, due: was.due });
    }
    if (this.#asked.size === 0) this.#asking?.abort();
    this.#plan();
  }

  /** Who looks again sees what is true now. */
  setVisible(visible: boolean): void {
    const isBack = visible && !this.#visible;
    this.#visible = visible;
    if (isBack) this.#bring(({ poll }) => poll === "often", 0);
  }

  /** All that is followed, in so many milliseconds. */
  within(ms: number): void {
    this.#bring(({ poll }) => poll !== "never", performance.now() + ms);
  }

  #bring(which: (asked: Asked) => boolean, due: number): void {
    for (const [key, asked] of this.#asked)
      if (which(asked)) this.#asked.set(key, { ...asked, due: Math.min(asked.due, due) });
    if (!this.#isToldToRest) this.#resting = 0;
    this.#plan();
  }

  #plan(): void {
    clearTimeout(this.#timer);
    if (this.#asking !== null) return;
    let first = NEVER;
    for (const { due } of this.#asked.values()) first = Math.min(first, due);
    if (first === NEVER) return;
    const wait = Math.max(this.#resting, first) - performance.now();
    this.#timer = setTimeout(() => void this.#ask(), Math.max(0, wait));
  }

  async #ask(): Promise<void> {
    const limit = performance.now() + TOGETHER_MS;
    const due = [...this.#asked].filter(([, asked]) => asked.due <= limit).map(([key]) => key);
    const asking = new AbortController();
    this.#asking = asking;
    try {
      await this.#fetch(due, asking.signal);
      this.#failures = 0;
      this.#options.onError(null);
    } catch (error) {
      if (!asking.signal.aborted && error instanceof LecternError) this.#rest(error);
    } finally {
      this.#asking = null;
      this.#plan();
    }
  }

  #rest(error: LecternError): void {
    this.#failures += 1;
    const wait = error.passing ? Math.max(error.retryAfterMs ?? 0, backOff(this.#failures)) : REFUSED_MS;
    this.#resting = performance.now() + wait;
    this.#isToldToRest = error.retryAfterMs !== null;
    this.#options.onError(error);
  }

  async #fetch(keys: readonly SubjectKey[], signal: AbortSignal): Promise<void> {
    const ids = keys.flatMap((key) => videoIdOf(key) ?? []);
    const jobs = keys.filter((key) => videoIdOf(key) === null).map((key) => key.slice(2));
    const paths = jobs.map((id) => `/jobs/${id}/progress/`);
    for (let start = 0; start < ids.length; start += BATCH)
      paths.push(`/media/videos/progress/?ids=${ids.slice(start, start + BATCH).join(",")}`);
    for (const path of paths) {
      const { body, retryAfterMs } = await this.#options.http.get<Progress | Progress[]>(
        this.#options.base + path,
        signal,
      );
      for (const state of Array.isArray(body) ? body : [body]) this.#answered(state, retryAfterMs ?? 0);
    }
  }

  #answered(state: Progress, atLeastMs: number): void {
    const key = keyOf(state);
    const asked = this.#asked.get(key);
    if (asked !== undefined) {
      // Each process of the service draws its own pace; pages that began together still drift apart.
      const pace = (state.next_poll_ms ?? 2_000) * (0.95 + Math.random() * 0.1);
      const wait = Math.max(pace, atLeastMs, this.#visible ? 0 : HIDDEN_MS);
      this.#asked.set(key, { ...asked, due: asked.poll === "often" ? performance.now() + wait : NEVER });
    }
    this.#options.onState(state);
  }
}
