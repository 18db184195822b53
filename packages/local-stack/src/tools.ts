import { readFileSync } from "node:fs";
import path from "node:path";
import { LOCAL } from "./paths.ts";

/** Programs that the set-up found or installed. Paths are absolute. */
export interface Tools {
  /** null where Redis comes from elsewhere; `libraryPath` belongs into LD_LIBRARY_PATH */
  readonly redis: { readonly command: string; readonly libraryPath: string | null } | null;
  readonly ffmpeg: string;
  readonly ffprobe: string;
  /** null where this machine has no browser */
  readonly chromium: string | null;
}

/** Reads what the set-up left. Throws where it never ran. */
export function readTools(): Tools {
  try {
    return JSON.parse(readFileSync(path.join(LOCAL, "tools.json"), "utf8")) as Tools;
  } catch (cause) {
    throw new Error("This tree is not set up yet: run `npm test`, `npm run dev` or `npm run demo` once.", { cause });
  }
}
