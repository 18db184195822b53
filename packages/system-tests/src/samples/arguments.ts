import { parseArgs } from "node:util";

export interface SamplesOptions {
  /** The folder with MANIFEST.tsv. */
  readonly dir: string;
  /** Files at once, and workers. */
  readonly jobs: number;
  /** Only files whose name holds this text, upper or lower case alike. */
  readonly only: string | null;
  /** Where a contact image of each READY file goes. */
  readonly keep: string | null;
  /** x264's; null for the worker's own. */
  readonly preset: string | null;
  /** A file that takes longer than this has hung. */
  readonly limitSeconds: number;
}

const USAGE = "npm run samples -- DIR [--jobs N] [--only TEXT] [--keep DIR] [--preset NAME] [--limit SECONDS]";

/** @throws one sentence that says which argument cannot be used, and how the command is called */
export function readArguments(args: readonly string[]): SamplesOptions {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      jobs: { type: "string", default: "1" },
      only: { type: "string" },
      keep: { type: "string" },
      preset: { type: "string" },
      limit: { type: "string", default: "1800" },
    },
  });
  const [dir, ...more] = positionals;
  if (dir === undefined || more.length > 0) throw new Error(`One folder is needed: ${USAGE}`);
  const whole = (name: "jobs" | "limit", most: number): number => {
    const value = Number(values[name]);
    if (!Number.isInteger(value) || value < 1 || value > most)
      throw new Error(`--${name} ${values[name]} cannot be used: give a whole number from 1 to ${most}.`);
    return value;
  };
  return {
    dir,
    jobs: whole("jobs", 64),
    only: values.only ?? null,
    keep: values.keep ?? null,
    preset: values.preset ?? null,
    limitSeconds: whole("limit", 86_400),
  };
}
