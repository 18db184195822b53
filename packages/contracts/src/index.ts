export * from "./common.ts";
export * from "./errors.ts";
export * from "./internal.ts";
export * from "./jobs.ts";
export * from "./problem.ts";
export * from "./progress.ts";
export * from "./queue.ts";
export * from "./videos.ts";
