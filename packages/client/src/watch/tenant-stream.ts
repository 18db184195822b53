import { LecternError } from "../errors.ts";
import type { Http } from "../http.ts";
import { backOff, sleepOrOnline } from "../waiting.ts";
import type { Reconnect } from "../wire.ts";
import { eventsOf } from "./sse.ts";
import type { Progress } from "./subject.ts";

/** The service sends at least a comment every 15 s. */
const SILENCE_MS = 40_000;

export interface TenantStreamOptions {
  readonly http: Http;
  /** Of progress-service, with /api/v1. */
  readonly base: string;
  readonly onState: (state: Progress) => void;
  readonly onResync: (spreadMs: number) => void;
  /** It was opened or lost. */
  readonly onChange: () => void;
}

/**
 * Everything of the tenant that changes, as server-sent events. Read by fetch and not by EventSource: so the token goes
 * in a header, a refusal can be told from a broken line, and Node.js has it too.
 */
export class TenantStream {
  readonly #options: TenantStreamOptions;
  #open: AbortController | null = null;
  #isUp = false;
  #failures = 0;

  constructor(options: TenantStreamOptions) {
    this.#options = options;
  }

  /** From the first `resync` on: nothing is missed. */
  get isUp(): boolean {
    return this.#isUp;
  }

  /** Whether it is on its way, and polls need not step in yet. */
  get isComing(): boolean {
    return this.#open !== null && this.#failures === 0;
  }

  want(wanted: boolean): void {
    if (wanted && this.#open === null) {
      this.#open = new AbortController();
      this.#failures = 0;
      void this.#run(this.#open.signal);
    } else if (!wanted && this.#open !== null) {
      this.#open.abort();
      this.#open = null;
      this.#isUp = false;
    }
  }

  async #run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      let retryMs: number | null = null;
      try {
        retryMs = await this.#read(signal);
      } catch (error) {
        if (error instanceof LecternError) retryMs = error.retryAfterMs;
      }
      if (signal.aborted) return;
      this.#failures += 1;
      this.#isUp = false;
      this.#options.onChange();
      await sleepOrOnline(retryMs ?? backOff(this.#failures), signal, retryMs === null);
    }
  }

  /** @returns when to come back, where the service says it; milliseconds */
  async #read(signal: AbortSignal): Promise<number | null> {
    const { http, base } = this.#options;
    const silent = new AbortController();
    let timer = setTimeout(() => silent.abort(), SILENCE_MS);
    const heard = () => {
      clearTimeout(timer);
      timer = setTimeout(() => silent.abort(), SILENCE_MS);
    };
    try {
      const answer = await http.open("GET", `${base}/progress/stream?scope=tenant`, {
        signal: AbortSignal.any([signal, silent.signal]),
      });
      let retryMs: number | null = null;
      for await (const { event, data } of eventsOf(answer, heard)) {
        if (event === "reconnect") retryMs = (JSON.parse(data) as Reconnect).retry_ms;
        else if (event === "resync") this.#resync(JSON.parse(data) as { spread_ms: number });
        else if (event === "message") this.#options.onState(JSON.parse(data) as Progress);
      }
      return retryMs;
    } finally {
      clearTimeout(timer);
    }
  }

  #resync({ spread_ms }: { spread_ms: number }): void {
    this.#failures = 0;
    this.#isUp = true;
    this.#options.onChange();
    this.#options.onResync(spread_ms);
  }
}
