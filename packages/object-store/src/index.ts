export type { ObjectStoreOptions } from "./client.ts";
export { ObjectStoreError } from "./errors.ts";
export * from "./object-store.ts";
