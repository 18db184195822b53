import path from "node:path";
import type { ConsoleOptions } from "./app.ts";

export interface Settings extends ConsoleOptions {
  readonly host: string;
  readonly port: number;
}

const BUILT = path.join(import.meta.dirname, "../dist");

/** @throws a sentence that names the variable */
export function readSettings(env: NodeJS.ProcessEnv): Settings {
  function url(name: string, value = env[name]): string {
    if (value === undefined || !/^https?:$/.test(URL.parse(value)?.protocol ?? ""))
      throw new Error(`${name} must be an http or https address, as browsers reach it.`);
    return value;
  }
  const port = Number(env.PORT ?? 3000);
  if (!Number.isInteger(port) || port < 0 || port > 65_535) throw new Error("PORT must be a number from 0 to 65535.");
  return {
    host: env.HOST ?? "127.0.0.1",
    port,
    root: path.resolve(env.CONSOLE_ROOT ?? BUILT),
    uploadUrl: url("UPLOAD_URL"),
    progressUrl: url("PROGRESS_URL"),
    storeUrls: (env.STORE_URLS ?? "")
      .split(",")
      .map((each) => each.trim())
      .filter((each) => each !== "")
      .map((each) => url("STORE_URLS", each)),
    tokenCommand: env.TOKEN_COMMAND || null,
  };
}
