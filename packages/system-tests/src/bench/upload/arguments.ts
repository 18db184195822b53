import { parseArgs } from "node:util";

export interface UploadBenchOptions {
  /** MiB of the file. */
  readonly size: number;
  /** How often each of the two sends it. */
  readonly rounds: number;
  /** Parts at once. */
  readonly parallel: number;
}

/** @throws one sentence that says which argument cannot be used */
export function readArguments(args: readonly string[]): UploadBenchOptions {
  const { values } = parseArgs({
    args: [...args],
    options: {
      size: { type: "string", default: "2048" },
      rounds: { type: "string", default: "3" },
      parallel: { type: "string", default: "4" },
    },
  });
  const whole = (name: keyof typeof values, least: number, most: number): number => {
    const value = Number(values[name]);
    if (!Number.isSafeInteger(value) || value < least || value > most)
      throw new Error(`--${name} ${values[name]} cannot be used: give a whole number from ${least} to ${most}.`);
    return value;
  };
  // Below 64 MiB there is too little to measure, above 4 GiB parts grow; a browser opens 6 connections to a host.
  return { size: whole("size", 64, 4096), rounds: whole("rounds", 1, 10), parallel: whole("parallel", 1, 6) };
}
