import type { Http } from "../http.ts";
import { Poller } from "./poller.ts";
import type { Sink, Source, Wanted } from "./source.ts";

/** This page's own connections. */
export class Live implements Source {
  readonly #poller: Poller;

  constructor(http: Http, base: string, sink: Sink) {
    this.#poller = new Poller({
      http,
      base,
      onState: sink.state,
      onError: (error) => sink.connection(error?.code === "NETWORK" ? "offline" : "poll", error),
    });
  }

  want({ keys, visible }: Wanted): void {
    this.#poller.setVisible(visible);
    this.#poller.set(keys);
  }

  close(): void {
    this.#poller.set(new Set());
  }
}
