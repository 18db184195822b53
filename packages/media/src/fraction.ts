import type { Fraction } from "./types.ts";

/** Reduced to lowest terms. Throws on a denominator that is not positive, and on what is not whole. */
export function fraction(num: number, den: number): Fraction {
  if (!Number.isSafeInteger(num) || !Number.isSafeInteger(den) || den < 1) {
    throw new RangeError(`not a fraction: ${num}/${den}`);
  }
  const divisor = gcd(Math.abs(num), den);
  return { num: num / divisor, den: den / divisor };
}

/** "30000/1001" or "16:15"; null for 0/0, garbage, and what is not positive. */
export function parsePositiveFraction(text: unknown): Fraction | null {
  if (typeof text !== "string") return null;
  const match = /^(\d{1,15})[/:](\d{1,15})$/.exec(text);
  const num = Number(match?.[1]);
  const den = Number(match?.[2]);
  return num > 0 && den > 0 ? fraction(num, den) : null;
}

export function toNumber(value: Fraction): number {
  return value.num / value.den;
}

export function toText(value: Fraction): string {
  return `${value.num}/${value.den}`;
}

function gcd(a: number, b: number): number {
  return b === 0 ? Math.max(a, 1) : gcd(b, a % b);
}
