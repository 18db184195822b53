import { readFileSync, rmSync } from "node:fs";
import path from "node:path";
import { replaceFile } from "./files.ts";
import { LOCAL } from "./paths.ts";
import type { System } from "./system.ts";

/** Tells other programs where the running system is. There while everything answers, and only then. */
export const STACK_FILE = path.join(LOCAL, "stack.json");

/** The content of `.local/stack.json`; `console` is the web page, where there is one. */
export interface StackFile {
  readonly upload: string;
  readonly internal: string;
  readonly progress: string;
  readonly console: string | null;
  readonly redis: string;
  readonly postgres: string;
  readonly s3: {
    readonly endpoint: string;
    readonly bucket: string;
    readonly accessKeyId: string;
    readonly secretAccessKey: string;
  };
  readonly processes: Readonly<Record<string, readonly number[]>>;
}

/** @param consoleUrl null where there is none */
export function writeStackFile(system: System, consoleUrl: string | null): void {
  const { endpoint, bucket, accessKeyId, secretAccessKey } = system.stack.s3;
  const content: StackFile = {
    ...system.urls,
    console: consoleUrl,
    redis: system.stack.redisUrl,
    postgres: system.databaseUrl,
    s3: { endpoint, bucket, accessKeyId, secretAccessKey },
    processes: system.processes(),
  };
  replaceFile(STACK_FILE, `${JSON.stringify(content, null, 2)}\n`, 0o600);
}

export function removeStackFile(): void {
  rmSync(STACK_FILE, { force: true });
}

/** null where no system runs (or one that was killed outright left no file). */
export function readStackFile(): StackFile | null {
  try {
    return JSON.parse(readFileSync(STACK_FILE, "utf8")) as StackFile;
  } catch {
    return null;
  }
}
