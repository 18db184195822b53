import { LecternError } from "@lectern/client";
import type { Messages } from "../i18n/en.ts";

/** The sentence for a teacher that a failed call comes with. */
export function reasonOf(error: unknown, t: Messages): string {
  if (!(error instanceof LecternError)) return t.common.unknownError;
  return error.code === "NETWORK" ? t.common.network : error.reason;
}
