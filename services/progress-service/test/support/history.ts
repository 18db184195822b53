export interface Answered {
  /** Who asked: each asks one thing at a time. */
  poller: number;
  history: History;
  state: number;
  /** `performance.now()` ms. */
  askedAt: number;
}

interface State {
  state: number;
  /** There by then, `performance.now()` ms. */
  doneAt: number;
}

/** What one subject was in Redis, and when. One writer at a time; the states' numbers only rise. */
export class History {
  #states: State[] = [{ state: 0, doneAt: Number.NEGATIVE_INFINITY }];
  #shown = new Map<number, number>();

  async record(state: number, write: () => Promise<unknown>): Promise<void> {
    const entry = { state, doneAt: Number.POSITIVE_INFINITY };
    this.#states.push(entry);
    await write();
    entry.doneAt = performance.now();
  }

  /** How long before it was asked for the state had been replaced for sure, ms; 0 where it was still there. */
  ageOf({ state, askedAt }: Answered): number {
    const index = this.#states.findIndex((entry) => entry.state === state);
    if (index < 0) return Number.POSITIVE_INFINITY;
    const next = this.#states[index + 1];
    return next === undefined ? 0 : Math.max(0, askedAt - next.doneAt);
  }

  /** Whether the same asker was shown a later state before. To be called in the order of the answers. */
  wentBack({ poller, state }: Answered): boolean {
    const before = this.#shown.get(poller) ?? 0;
    this.#shown.set(poller, Math.max(before, state));
    return state < before;
  }
}
