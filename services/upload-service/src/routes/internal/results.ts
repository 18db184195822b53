import { ProblemError } from "@lectern/service-kit";
import { isTooDeep, MOST_LEVELS } from "../../db/json.ts";

/** A result is any JSON value that can be kept. @throws ProblemError VALIDATION_FAILED */
export function refuseTooDeep(report: object): void {
  if ("result" in report && isTooDeep(report.result))
    throw new ProblemError("VALIDATION_FAILED", `result is nested deeper than ${MOST_LEVELS} levels.`);
}
