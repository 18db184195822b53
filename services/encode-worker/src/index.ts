export { describeFile } from "@lectern/forecast";
export { readConfig, type WorkerConfig } from "./config.ts";
export { createWorkerProcess, SHUTDOWN_MS, type WorkerProcess } from "./process.ts";
export type { Receipt } from "./receipt.ts";
export type { EncodeStep, RunContext } from "./run-context.ts";
export { ENCODE_STEPS, type EncodeSteps } from "./steps/index.ts";
