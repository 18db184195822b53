/** A machine is slow or fast for some seconds at a time, and that says little of the minutes to come. */
const RECENT_SECONDS = 10;
/** Share of the whole run that is recent in long ones. */
const RECENT_SHARE = 0.15;
const RECENT_WEIGHT = 0.35;
/** How many moments are kept. */
const MOST_SAMPLES = 256;

interface Sample {
  seconds: number;
  share: number;
}

export interface Speed {
  /** What the whole would take at the speed seen, in seconds. */
  readonly total: number;
  /** Standard deviation of its logarithm. */
  readonly spread: number;
  /** Seconds since the last news. */
  readonly age: number;
}

/**
 * Measures how fast something gets on that says what share of it is done. Counted from the first news, so that neither
 * the start of a tool nor what it holds back at first is taken for slowness; what was recent counts more (the machine
 * may have become busier).
 */
export class SpeedGauge {
  readonly #samples: Sample[] = [];

  /** @param share 0 to 1, of which only growth is news */
  note(seconds: number, share: number): void {
    const last = this.#samples.at(-1);
    if (share <= 0 || (last !== undefined && (share <= last.share || seconds <= last.seconds))) return;
    this.#samples.push({ seconds, share });
    // The first stays: everything is counted from it.
    if (this.#samples.length > MOST_SAMPLES) this.#thin();
  }

  /** Null before two pieces of news. */
  at(seconds: number): Speed | null {
    const [first, last] = [this.#samples[0], this.#samples.at(-1)];
    if (first === undefined || last === undefined || first === last) return null;
    const span = last.seconds - first.seconds;
    const overall = span / (last.share - first.share);
    const since = last.seconds - Math.max(RECENT_SECONDS, last.seconds * RECENT_SHARE);
    const from = this.#samples.findLast((sample) => sample.seconds <= since) ?? first;
    const recent = (last.seconds - from.seconds) / (last.share - from.share);
    const seen = last.share - first.share;
    // Little time says little of the machine, a small part little of the film.
    const spread = Math.hypot(0.15, 0.5 / Math.sqrt(1 + 2 * span), 0.25 / Math.sqrt(1 + 80 * seen));
    return {
      total: overall ** (1 - RECENT_WEIGHT) * recent ** RECENT_WEIGHT,
      spread,
      age: Math.max(0, seconds - last.seconds),
    };
  }

  #thin(): void {
    const kept = this.#samples.filter((_, index) => index === 0 || index % 2 === 1);
    this.#samples.splice(0, this.#samples.length, ...kept);
  }
}
