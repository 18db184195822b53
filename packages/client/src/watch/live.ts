import type { LecternError } from "../errors.ts";
import type { Http } from "../http.ts";
import { type Poll, Poller } from "./poller.ts";
import { Socket } from "./socket.ts";
import type { Connection, Sink, Source, Wanted } from "./source.ts";
import type { SubjectKey } from "./subject.ts";
import { TenantStream } from "./tenant-stream.ts";

/**
 * This page's own connections: a stream of the tenant where that is wanted, else a WebSocket for what is followed. What
 * neither covers, or not yet, is polled.
 */
export class Live implements Source {
  readonly #sink: Sink;
  readonly #poller: Poller;
  readonly #socket: Socket;
  readonly #stream: TenantStream;
  #wanted: Wanted = { keys: new Set(), tenant: false, visible: true };
  #error: LecternError | null = null;

  constructor(http: Http, base: string, sink: Sink) {
    this.#sink = sink;
    const onState = sink.state;
    const onChange = () => this.#arrange();
    this.#socket = new Socket({ http, base, onState, onChange });
    this.#poller = new Poller({
      http,
      base,
      onState,
      onError: (error) => {
        this.#error = error;
        this.#report();
      },
    });
    this.#stream = new TenantStream({
      http,
      base,
      onState,
      onChange,
      onResync: (spreadMs) => {
        this.#poller.within(Math.random() * spreadMs);
        sink.resync(spreadMs);
      },
    });
    if (typeof document !== "undefined") addEventListener("online", this.#onOnline);
  }

  readonly #onOnline = () => this.#poller.within(0);

  want(wanted: Wanted): void {
    this.#wanted = wanted;
    this.#arrange();
  }

  close(): void {
    this.#wanted = { ...this.#wanted, keys: new Set(), tenant: false };
    this.#arrange();
    this.#socket.close();
    if (typeof document !== "undefined") removeEventListener("online", this.#onOnline);
  }

  #arrange(): void {
    const { keys, tenant, visible } = this.#wanted;
    this.#stream.want(tenant);
    const all = this.#stream.isUp;
    this.#socket.want(all || this.#stream.isComing ? [] : [...keys]);
    const polls = new Map<SubjectKey, Poll>();
    for (const key of keys) polls.set(key, all ? "once" : this.#socket.covers(key) ? "never" : "often");
    this.#poller.setVisible(visible);
    this.#poller.set(polls);
    this.#report();
  }

  #report(): void {
    const { keys, tenant } = this.#wanted;
    const [first] = keys;
    const pushed = tenant ? this.#stream.isUp : first !== undefined && this.#socket.covers(first);
    const offline = this.#error?.code === "NETWORK";
    const connection: Connection = pushed ? "push" : offline ? "offline" : "poll";
    this.#sink.connection(connection, pushed ? null : this.#error);
  }
}
