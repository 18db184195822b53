import { parseArgs } from "node:util";
import type { PlanOptions } from "./plan.ts";

const TENANTS = 4;
const FAULTS_A_MINUTE = 10;

/** @throws one sentence that says which argument cannot be used */
export function readArguments(args: readonly string[]): PlanOptions & { readonly simulated: boolean } {
  const { values } = parseArgs({
    args: [...args],
    options: {
      seed: { type: "string", default: String(Date.now() % 1_000_000) },
      minutes: { type: "string", default: "2" },
      videos: { type: "string", default: "60" },
      faults: { type: "string" },
      simulated: { type: "boolean", default: false },
    },
  });
  const number = (name: string, text: string, least: number): number => {
    const value = Number(text);
    if (text.trim() === "" || !Number.isFinite(value) || value < least)
      throw new Error(`--${name} ${text} cannot be used: give a number from ${least}.`);
    return value;
  };
  const minutes = number("minutes", values.minutes, 0.1);
  return {
    seed: Math.floor(number("seed", values.seed, 0)),
    minutes,
    videos: Math.floor(number("videos", values.videos, 1)),
    faults: Math.floor(number("faults", values.faults ?? String(minutes * FAULTS_A_MINUTE), 0)),
    tenants: TENANTS,
    shortOnly: values.simulated,
    simulated: values.simulated,
  };
}
