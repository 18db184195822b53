export { createProgressApp, type ProgressAppDependencies } from "./app.ts";
export { loadProgressConfig, type ProgressConfig } from "./config.ts";
