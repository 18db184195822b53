import { LecternError } from "../errors.ts";
import type { Http } from "../http.ts";
import { backOff } from "../waiting.ts";
import type { ProgressTicket, Reconnect, WsError, WsRequest, WsState } from "../wire.ts";
import { type Progress, type SubjectKey, videoIdOf } from "./subject.ts";

/** One connection follows so many at most; of what is beyond, polls tell. */
const MOST_FOLLOWED = 1_000;
const MOST_A_MESSAGE = 500;
/** A connection that broke without a word looks like a quiet one: after so long it is asked something. */
const QUIET_MS = 20_000;
const ANSWER_MS = 6_000;
const LONGEST_WAIT_MS = 60_000;
/** Nobody is followed any more: who comes within this time finds it open. */
const LINGER_MS = 5_000;

export interface SocketOptions {
  readonly http: Http;
  /** Of progress-service, with /api/v1. */
  readonly base: string;
  readonly onState: (state: Progress) => void;
  /** It was opened or lost. */
  readonly onChange: () => void;
}

/** One WebSocket for all that is followed, opened anew as often as it is lost. */
export class Socket {
  readonly #options: SocketOptions;
  #wanted: readonly SubjectKey[] = [];
  #told = new Set<SubjectKey>();
  #ws: WebSocket | null = null;
  #isUp = false;
  #failures = 0;
  /** Of whatever comes next: an attempt, the end, or a question whether it still lives. */
  #timer: ReturnType<typeof setTimeout> | undefined;
  #opening: AbortController | null = null;

  constructor(options: SocketOptions) {
    this.#options = options;
    if (typeof document !== "undefined") {
      addEventListener("online", this.#wake);
      document.addEventListener("visibilitychange", this.#wake);
    }
  }

  covers(key: SubjectKey): boolean {
    return this.#isUp && this.#told.has(key);
  }

  want(keys: readonly SubjectKey[]): void {
    this.#wanted = keys.slice(0, MOST_FOLLOWED);
    if (typeof WebSocket === "undefined") return;
    if (this.#isUp) {
      this.#tell();
      this.#watchSilence();
    } else if (keys.length === 0) this.#drop();
    else if (this.#opening === null && this.#ws === null && this.#timer === undefined) void this.#open();
  }

  close(): void {
    this.#wanted = [];
    this.#drop();
    if (typeof document === "undefined") return;
    removeEventListener("online", this.#wake);
    document.removeEventListener("visibilitychange", this.#wake);
  }

  async #open(): Promise<void> {
    const { http, base } = this.#options;
    const opening = new AbortController();
    this.#opening = opening;
    try {
      const { signal } = opening;
      const { ticket } = await http.call<ProgressTicket>("POST", `${base}/progress/tickets`, { signal });
      if (signal.aborted) return;
      this.#listen(new WebSocket(`${base.replace(/^http/, "ws")}/progress/ws?ticket=${encodeURIComponent(ticket)}`));
    } catch (error) {
      if (!opening.signal.aborted) this.#later(error instanceof LecternError ? error.retryAfterMs : null);
    } finally {
      if (this.#opening === opening) this.#opening = null;
    }
  }

  #listen(ws: WebSocket): void {
    let retryMs: number | null = null;
    this.#ws = ws;
    this.#schedule(() => this.#lost(ws, null), 10_000);
    ws.onopen = () => {
      this.#isUp = true;
      this.#tell();
      this.#watchSilence();
      this.#options.onChange();
    };
    ws.onmessage = ({ data }) => {
      const message = parse(data);
      if (message === null) return;
      this.#watchSilence();
      if (message.type === "reconnect") retryMs = message.retry_ms;
      else if (message.type === "error") this.#refused(message);
      else {
        this.#failures = 0;
        this.#options.onState(message.state as Progress);
      }
    };
    ws.onclose = ws.onerror = () => this.#lost(ws, retryMs);
  }

  /** Subscribing that came too fast: all of it once more. */
  #refused({ retry_after }: WsError): void {
    if (retry_after === null) return;
    this.#schedule(() => {
      this.#told.clear();
      this.#tell();
      this.#watchSilence();
    }, retry_after * 1_000);
  }

  #lost(ws: WebSocket, retryMs: number | null): void {
    if (this.#ws !== ws) return;
    this.#drop();
    if (this.#wanted.length > 0) this.#later(retryMs);
    this.#options.onChange();
  }

  #later(retryMs: number | null): void {
    this.#failures += 1;
    this.#schedule(() => void this.#open(), retryMs ?? backOff(this.#failures, LONGEST_WAIT_MS));
  }

  #drop(): void {
    const ws = this.#ws;
    this.#ws = null;
    this.#isUp = false;
    this.#told.clear();
    this.#opening?.abort();
    this.#opening = null;
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (ws === null) return;
    ws.onopen = ws.onmessage = ws.onclose = ws.onerror = null;
    ws.close();
  }

  /** What the other side does not know yet of what is wanted. */
  #tell(): void {
    const wanted = new Set(this.#wanted);
    const more = this.#wanted.filter((key) => !this.#told.has(key));
    const fewer = [...this.#told].filter((key) => !wanted.has(key));
    this.#told = wanted;
    this.#say("unsubscribe", fewer);
    this.#say("subscribe", more);
  }

  #say(type: WsRequest["type"], keys: readonly SubjectKey[]): void {
    for (let start = 0; start < keys.length; start += MOST_A_MESSAGE) {
      const some = keys.slice(start, start + MOST_A_MESSAGE);
      const videos = some.flatMap((key) => videoIdOf(key) ?? []);
      const jobs = some.filter((key) => videoIdOf(key) === null).map((key) => key.slice(2));
      this.#ws?.send(JSON.stringify({ type, videos, jobs } satisfies WsRequest));
    }
  }

  /** From now on quiet for too long: a state that is there is asked for once more, and must come. */
  #watchSilence(): void {
    const [first] = this.#wanted;
    if (first === undefined) this.#schedule(() => this.#drop(), LINGER_MS);
    else this.#schedule(() => this.#probe(first), QUIET_MS);
  }

  #probe(key: SubjectKey): void {
    const ws = this.#ws;
    if (ws === null || !this.#isUp) return;
    this.#say("subscribe", [key]);
    this.#schedule(() => this.#lost(ws, null), ANSWER_MS);
  }

  /** Back online, or looked at again: no time to lose. */
  readonly #wake = (event: Event): void => {
    const [first] = this.#wanted;
    if (first === undefined || (event.type !== "online" && document.visibilityState === "hidden")) return;
    if (this.#isUp) this.#probe(first);
    else if (this.#ws === null && this.#opening === null) {
      this.#schedule(() => void this.#open(), 0);
    }
  };

  #schedule(what: () => void, ms: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      what();
    }, ms);
  }
}

function parse(data: unknown): WsState | WsError | Reconnect | null {
  try {
    return JSON.parse(String(data)) as WsState | WsError | Reconnect;
  } catch {
    return null;
  }
}
