/** What an answer says of a video, as far as it is compared. */
export interface Said {
  generation: number | null;
  status: string;
  progress: number;
}

interface State {
  name: string;
  /** In Redis by then at the latest, `performance.now()` ms. */
  doneAt: number;
}

/** Two states of a video never have the same name: percents rise within a generation. */
function nameOf({ generation, status, progress }: Said): string {
  return `${generation ?? 0} ${status} ${progress}`;
}

/** What one video was in Redis and when: one writer at a time, so the states have an order. Pure but for the clock. */
export class Timeline {
  readonly #states: State[] = [];
  readonly #places = new Map<string, number>();

  /** @param now `performance.now()` ms */
  begins(said: Said, now: () => number = () => performance.now()): { done: () => void } {
    const state: State = { name: nameOf(said), doneAt: Number.POSITIVE_INFINITY };
    this.#places.set(state.name, this.#states.push(state) - 1);
    return {
      done: () => {
        state.doneAt = now();
      },
    };
  }

  /** The place of the state among all there were; null for one that never was. */
  placeOf(said: Said): number | null {
    return this.#places.get(nameOf(said)) ?? null;
  }

  /** For how long before `at` the state had been replaced for sure, ms; 0 where it was still there. */
  ageOf(place: number, at: number): number {
    const next = this.#states[place + 1];
    return next === undefined ? 0 : Math.max(0, at - next.doneAt);
  }

  /** Where the last state stands. */
  last(): number {
    return this.#states.length - 1;
  }
}

/** What one client was shown of each video, and what was wrong with it. */
export class Judge {
  readonly ages: number[] = [];
  answers = 0;
  /** States that never were, or that another video had. */
  untrue = 0;
  /** Older than one that the same connection was shown before. */
  older = 0;
  /** The default in the place of a state. */
  unknown = 0;

  /** @param shown by each connection, the latest place; of what one connection was shown of one video */
  see(timeline: Timeline, shown: Map<Timeline, number>, said: Said & { known: boolean }, at: number): void {
    this.answers += 1;
    if (!said.known) {
      this.unknown += 1;
      return;
    }
    const place = timeline.placeOf(said);
    if (place === null) {
      this.untrue += 1;
      return;
    }
    const before = shown.get(timeline) ?? -1;
    if (place < before) this.older += 1;
    shown.set(timeline, Math.max(before, place));
    this.ages.push(timeline.ageOf(place, at));
  }
}
