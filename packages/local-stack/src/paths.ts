import path from "node:path";

/** The top folder of the working tree. */
export const ROOT = path.resolve(import.meta.dirname, "../../..");

/** Everything that is made on this machine and can be thrown away. */
export const LOCAL = path.join(ROOT, ".local");
