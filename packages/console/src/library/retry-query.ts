import { LecternError } from "@lectern/client";

/** A refusal stays one; what may pass is asked again twice. */
export const retryQuery = (failures: number, error: Error): boolean =>
  failures < 2 && (!(error instanceof LecternError) || error.passing);
