export { createProgressApp, type ProgressAppDependencies } from "./app.ts";
