import type { ProgressUpdate, Run } from "../../src/index.ts";

export function run(generation: number, attempt: number): Run {
  return { generation, attempt };
}

/** A well-formed update; what a test is about is given in `changes`. */
export function update(changes: Partial<ProgressUpdate> & { readonly run: Run }): ProgressUpdate {
  return {
    percent: 40,
    step: "transcoding",
    stepIndex: 4,
    stepTotal: 7,
    stepPercent: 50,
    remainingSeconds: 90,
    ...changes,
  };
}
