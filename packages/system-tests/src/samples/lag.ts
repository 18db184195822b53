/** One value, or one small picture of `width` values, after the other. */
export type Signal = Uint8Array | Float32Array;

const FURTHEST_SECONDS = 0.5;
const LEAST_SECONDS = 0.4;
/** The best place must be this much better than places elsewhere, or it means nothing. */
const CLEAR = 0.9;
/** Places this near to the best are part of it. */
const NEAR_SECONDS = 0.05;

/**
 * How many seconds later `b` shows what `a` shows; null where nothing changes or every place fits alike. The place with
 * the least difference, between two steps by the parabola through its neighbours. Loudness may differ by a factor. Pure.
 */
export function lagOf(
  a: Signal,
  b: Signal,
  { hz, width }: { readonly hz: number; readonly width: number },
): number | null {
  const length = Math.floor(Math.min(a.length, b.length) / width);
  if (length < LEAST_SECONDS * hz) return null;
  const furthest = Math.min(Math.round(FURTHEST_SECONDS * hz), Math.floor(length / 2));
  const factor = width === 1 ? mean(a) / mean(b) : 1;
  if (!Number.isFinite(factor) || factor === 0) return null;
  const differences: number[] = [];
  for (let lag = -furthest; lag <= furthest; lag += 1)
    differences.push(difference(a, b, { lag, width, length, factor }));
  const best = differences.indexOf(Math.min(...differences));
  const near = Math.round(NEAR_SECONDS * hz);
  const elsewhere = Math.min(...differences.filter((_, index) => Math.abs(index - best) > near));
  const lowest = differences[best] ?? 0;
  if (!(lowest < CLEAR * elsewhere) || best === 0 || best === differences.length - 1) return null;
  const [left = lowest, right = lowest] = [differences[best - 1], differences[best + 1]];
  const bend = left - 2 * lowest + right;
  const between = bend > 0 ? (left - right) / (2 * bend) : 0;
  return (best - furthest + between) / hz;
}

interface Place {
  readonly lag: number;
  readonly width: number;
  readonly length: number;
  readonly factor: number;
}

/** The mean difference where both are there. */
function difference(a: Signal, b: Signal, { lag, width, length, factor }: Place): number {
  const [from, to] = [Math.max(0, -lag) * width, Math.min(length, length - lag) * width];
  let sum = 0;
  for (let i = from; i < to; i += 1) sum += Math.abs((a[i] ?? 0) - factor * (b[i + lag * width] ?? 0));
  return sum / (to - from);
}

function mean(values: Signal): number {
  let sum = 0;
  for (const value of values) sum += value;
  return sum / values.length;
}
