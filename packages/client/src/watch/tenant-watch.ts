import { Changing, type Unsubscribe } from "../changing.ts";
import type { Hub } from "./hub.ts";
import { keyOf, newer, type Progress, type SubjectKey } from "./subject.ts";

/** States of so many videos and jobs are remembered, to tell what is older. */
const MOST_KNOWN = 2_000;

/** Everything of the tenant that changes. What was so before it began is not told: ask for what you show. */
export class TenantWatch implements AsyncIterable<Progress> {
  readonly #known = new Map<SubjectKey, Progress>();
  readonly #listeners = new Set<(state: Progress) => void>();
  readonly #ended = new Changing(false);
  readonly #leave: () => void;

  constructor(hub: Hub) {
    this.#leave = hub.followTenant({ state: (state) => this.#take(state), resync: () => {}, connection: () => {} });
  }

  subscribe(listener: (state: Progress) => void): Unsubscribe {
    const own = (state: Progress) => listener(state);
    this.#listeners.add(own);
    return () => void this.#listeners.delete(own);
  }

  close(): void {
    if (this.#ended.value) return;
    this.#ended.set(true);
    this.#listeners.clear();
    this.#leave();
  }

  /** Ends when closed. Of what a slow reader has not taken it is given the latest of each video and job. */
  async *[Symbol.asyncIterator](): AsyncGenerator<Progress, void, undefined> {
    const waiting = new Map<SubjectKey, Progress>();
    let wake = () => {};
    const stops = [
      this.subscribe((state) => {
        waiting.set(keyOf(state), state);
        wake();
      }),
      this.#ended.subscribe(() => wake()),
    ];
    try {
      while (!this.#ended.value) {
        const [first] = waiting;
        if (first === undefined) {
          await new Promise<void>((resolve) => {
            wake = resolve;
          });
          continue;
        }
        waiting.delete(first[0]);
        yield first[1];
      }
    } finally {
      for (const stop of stops) stop();
      this.close();
    }
  }

  #take(next: Progress): void {
    const key = keyOf(next);
    const shown = this.#known.get(key) ?? null;
    const state = newer(shown, next);
    if (state === shown) return;
    // The last heard of stands last.
    this.#known.delete(key);
    this.#known.set(key, state);
    const [oldest] = this.#known.keys();
    if (this.#known.size > MOST_KNOWN && oldest !== undefined) this.#known.delete(oldest);
    for (const listener of [...this.#listeners]) listener(state);
  }
}
