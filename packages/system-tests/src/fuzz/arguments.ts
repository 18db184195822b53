import { parseArgs } from "node:util";

export interface FuzzOptions {
  readonly seed: number;
  readonly calls: number;
}

/** @throws one sentence that says which argument cannot be used */
export function readArguments(args: readonly string[]): FuzzOptions {
  const { values } = parseArgs({
    args: [...args],
    options: {
      seed: { type: "string", default: String(Date.now() % 1_000_000) },
      calls: { type: "string", default: "10000" },
    },
  });
  const whole = (name: string, text: string, least: number): number => {
    const value = Number(text);
    if (text.trim() === "" || !Number.isSafeInteger(value) || value < least)
      throw new Error(`--${name} ${text} cannot be used: give a whole number from ${least}.`);
    return value;
  };
  return { seed: whole("seed", values.seed, 0), calls: whole("calls", values.calls, 1) };
}
