import path from "node:path";
import { fileURLToPath } from "node:url";

/** The top folder of the working tree. */
export const ROOT = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "../../..");

/** Everything that is made on this machine and can be thrown away. */
export const LOCAL = path.join(ROOT, ".local");
