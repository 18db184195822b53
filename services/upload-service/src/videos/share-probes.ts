import type { SourceProber, SourceVerdict } from "./probe-source.ts";

export interface ProbeLimits {
  /** Probes at once in this process. */
  atOnce: number;
  /** Longest that one waits for its turn. */
  waitMs: number;
}

/**
 * Probes cost processor and bandwidth, and calls come in floods. Who asks about an object that is being looked at hears
 * the same verdict; who finds no place in time hears "unknown", as with every other limit of a probe: the worker decides.
 */
export function shareProbes(probe: SourceProber, { atOnce, waitMs }: ProbeLimits): SourceProber {
  const flights = new Map<string, Promise<SourceVerdict>>();
  /** In the order of their coming; called with whether there is a place. */
  const waiting = new Set<(placed: boolean) => void>();
  let running = 0;

  function takePlace(): boolean | Promise<boolean> {
    if (running < atOnce) {
      running += 1;
      return true;
    }
    return new Promise((resolve) => {
      const timer = setTimeout(() => settle(false), waitMs);
      function settle(placed: boolean): void {
        clearTimeout(timer);
        waiting.delete(settle);
        resolve(placed);
      }
      waiting.add(settle);
    });
  }

  function leavePlace(): void {
    const [next] = waiting;
    // The place is handed on, so that nobody slips in between.
    if (next === undefined) running -= 1;
    else next(true);
  }

  async function inTurn(key: string, etag: string): Promise<SourceVerdict> {
    if (!(await takePlace())) return { kind: "unknown", detail: `no probe was free within ${waitMs} ms` };
    try {
      return await probe(key, etag);
    } finally {
      leavePlace();
    }
  }

  return (key, etag) => {
    // The object may be replaced meanwhile: then it is another one.
    const object = `${key} ${etag}`;
    const flight = flights.get(object) ?? inTurn(key, etag).finally(() => flights.delete(object));
    flights.set(object, flight);
    return flight;
  };
}
