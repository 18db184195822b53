export type { ObjectStoreOptions } from "./client.ts";
export { ObjectStoreError } from "./errors.ts";
export type { AssemblyOutcome, ListPartsOutcome, MultipartStore, OpenMultipart, StoredPart } from "./multipart.ts";
export * from "./object-store.ts";
