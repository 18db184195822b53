import { LecternError, type LecternErrorFields } from "../errors.ts";
import type { Connection, Sink, Source, Wanted } from "./source.ts";
import { keyOf, type Progress, type SubjectKey } from "./subject.ts";

/** Without a word of the leader for so long a tab helps itself. */
const ACK_MS = 2_000;
/** A tab says again what it wants so often; timers of hidden pages run once a minute. */
const REPEAT_MS = 20_000;
/** A tab that has not said anything for so long is gone. */
const LEASE_MS = 150_000;

type Message =
  | { readonly type: "want"; readonly tab: string; readonly wanted: Wanted }
  | { readonly type: "bye"; readonly tab: string }
  /** Somebody leads from now on: say what you want. */
  | { readonly type: "here" }
  | { readonly type: "ack"; readonly tab: string }
  | { readonly type: "state"; readonly state: Progress }
  | { readonly type: "resync"; readonly spreadMs: number }
  | { readonly type: "connection"; readonly connection: Connection; readonly error: LecternErrorFields | null };

interface Lease {
  readonly wanted: Wanted;
  readonly until: number;
}

const NOTHING: Wanted = { keys: new Set(), tenant: false, visible: false };

/**
 * One tab has the connections, for all tabs of the same account: the one that holds a Web Lock. The others tell it by
 * BroadcastChannel what they want. Who hears nothing of it (it may be frozen) takes connections of its own meanwhile.
 */
export class Shared implements Source {
  readonly #name: string;
  readonly #makeLive: (sink: Sink) => Source;
  readonly #sink: Sink;
  readonly #tab = Math.random().toString(36).slice(2);
  readonly #leases = new Map<string, Lease>();
  /** What the leader has told last of each that is wanted. */
  readonly #states = new Map<SubjectKey, Progress>();
  #wanted = NOTHING;
  #channel: BroadcastChannel | null = null;
  #ending = new AbortController();
  #leads = false;
  /** Of the leader, or of a tab that helps itself. */
  #live: Source | null = null;
  #last: Extract<Message, { type: "connection" }> | null = null;
  #ackTimer: ReturnType<typeof setTimeout> | undefined;
  #repeatTimer: ReturnType<typeof setInterval> | undefined;

  /** @param name the same for all tabs that may share */
  constructor(name: string, makeLive: (sink: Sink) => Source, sink: Sink) {
    this.#name = name;
    this.#makeLive = makeLive;
    this.#sink = sink;
    // A page that is kept for the back button must not lead.
    addEventListener("pagehide", this.#leave);
    addEventListener("pageshow", this.#comeBack);
  }

  static get isPossible(): boolean {
    return typeof document !== "undefined" && typeof BroadcastChannel !== "undefined" && "locks" in navigator;
  }

  want(wanted: Wanted): void {
    this.#wanted = wanted;
    if (this.#channel === null) {
      if (wanted.keys.size === 0 && !wanted.tenant) return;
      this.#enter();
    }
    if (this.#leads) this.#arrange();
    else {
      this.#ask();
      this.#live?.want(wanted);
    }
  }

  close(): void {
    removeEventListener("pagehide", this.#leave);
    removeEventListener("pageshow", this.#comeBack);
    this.#leave();
  }

  #enter(): void {
    const channel = new BroadcastChannel(this.#name);
    const ending = new AbortController();
    this.#channel = channel;
    this.#ending = ending;
    channel.onmessage = ({ data }) => this.#heard(data as Message);
    this.#repeatTimer = setInterval(() => this.#repeat(), REPEAT_MS);
    navigator.locks
      .request(this.#name, { signal: ending.signal }, () => {
        if (ending.signal.aborted) return undefined;
        this.#lead();
        return new Promise<void>((release) => ending.signal.addEventListener("abort", () => release()));
      })
      .catch(() => {
        // Left before it was this tab's turn, or locks are forbidden here: then nobody answers, and it helps itself.
      });
  }

  readonly #leave = (): void => {
    if (this.#channel === null) return;
    this.#post({ type: "bye", tab: this.#tab });
    this.#ending.abort();
    clearTimeout(this.#ackTimer);
    clearInterval(this.#repeatTimer);
    this.#live?.close();
    this.#live = null;
    this.#leads = false;
    this.#leases.clear();
    this.#states.clear();
    this.#channel.close();
    this.#channel = null;
  };

  readonly #comeBack = (event: PageTransitionEvent): void => {
    if (event.persisted) this.want(this.#wanted);
  };

  #lead(): void {
    clearTimeout(this.#ackTimer);
    this.#leads = true;
    this.#live ??= this.#makeLive(this.#ownSink);
    this.#post({ type: "here" });
    this.#arrange();
  }

  /** What all tabs want together. */
  #arrange(): void {
    const now = Date.now();
    for (const [tab, { until }] of this.#leases) if (until < now) this.#leases.delete(tab);
    const all = [this.#wanted, ...[...this.#leases.values()].map(({ wanted }) => wanted)];
    const keys = new Set(all.flatMap((wanted) => [...wanted.keys]));
    for (const key of this.#states.keys()) if (!keys.has(key)) this.#states.delete(key);
    const tenant = all.some((wanted) => wanted.tenant);
    const visible = all.some((wanted) => wanted.visible);
    this.#live?.want({ keys, tenant, visible });
  }

  /** Tells the leader what this tab wants; it must answer. */
  #ask(): void {
    this.#post({ type: "want", tab: this.#tab, wanted: this.#wanted });
    clearTimeout(this.#ackTimer);
    if (this.#live === null) this.#ackTimer = setTimeout(() => this.#helpItself(), ACK_MS);
  }

  #repeat(): void {
    if (this.#leads) this.#arrange();
    else this.#ask();
  }

  #helpItself(): void {
    this.#live = this.#makeLive(this.#ownSink);
    this.#live.want(this.#wanted);
  }

  readonly #ownSink: Sink = {
    state: (state) => {
      const key = keyOf(state);
      this.#states.set(key, state);
      this.#sink.state(state);
      if (this.#leads) this.#post({ type: "state", state });
    },
    resync: (spreadMs) => {
      this.#sink.resync(spreadMs);
      if (this.#leads) this.#post({ type: "resync", spreadMs });
    },
    connection: (connection, error) => {
      this.#sink.connection(connection, error);
      if (!this.#leads || (this.#last?.connection === connection && this.#last.error?.code === error?.code)) return;
      this.#last = { type: "connection", connection, error: error && fieldsOf(error) };
      this.#post(this.#last);
    },
  };

  #heard(message: Message): void {
    if (this.#leads) this.#heardOfFollower(message);
    else this.#heardOfLeader(message);
  }

  #heardOfFollower(message: Message): void {
    if (message.type === "bye") this.#leases.delete(message.tab);
    else if (message.type === "want") {
      const { tab, wanted } = message;
      const isNew = !this.#leases.has(tab);
      this.#leases.set(tab, { wanted, until: Date.now() + LEASE_MS });
      this.#post({ type: "ack", tab });
      if (this.#last !== null) this.#post(this.#last);
      for (const key of wanted.keys) this.#replay(key);
      // What happened before it came it asks for once, as after any gap.
      if (isNew && wanted.tenant) this.#post({ type: "resync", spreadMs: 0 });
    } else return;
    this.#arrange();
  }

  #replay(key: SubjectKey): void {
    const state = this.#states.get(key);
    if (state !== undefined) this.#post({ type: "state", state });
  }

  #heardOfLeader(message: Message): void {
    switch (message.type) {
      case "here":
        this.#ask();
        break;
      case "ack":
        if (message.tab !== this.#tab) break;
        clearTimeout(this.#ackTimer);
        this.#live?.close();
        this.#live = null;
        break;
      case "state":
        this.#sink.state(message.state);
        break;
      case "resync":
        this.#sink.resync(message.spreadMs);
        break;
      case "connection":
        if (this.#live === null)
          this.#sink.connection(message.connection, message.error && new LecternError(message.error));
        break;
    }
  }

  #post(message: Message): void {
    this.#channel?.postMessage(message);
  }
}

/** An error itself loses its fields on its way to another tab. */
function fieldsOf({ code, status, detail, reason, retryAfterMs, problem }: LecternError): LecternErrorFields {
  return { code, status, detail, reason, retryAfterMs, problem };
}
