import { fileURLToPath } from "node:url";

/** How to start a system whose workers encode nothing, and many jobs at once. */
export const SIMULATED = {
  entries: { "encode-worker": fileURLToPath(new URL("./worker-main.ts", import.meta.url)) },
  settings: { X264_PRESET: "ultrafast", CONCURRENCY: "16" },
} as const;
