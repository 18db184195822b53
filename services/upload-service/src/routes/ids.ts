import { type JobId, parseJobId, parseTenantId, parseVideoId, type TenantId, type VideoId } from "@lectern/keys";
import { ProblemError } from "@lectern/service-kit";

/** Ids become branded types here, at the edge. @throws ProblemError MALFORMED_ID */
export function videoIdOf(text: string): VideoId {
  const id = parseVideoId(text);
  if (id === null)
    throw new ProblemError("MALFORMED_ID", "A video id is a whole number from 1, without leading zeros.");
  return id;
}

export function jobIdOf(text: string): JobId {
  const id = parseJobId(text);
  if (id === null) throw new ProblemError("MALFORMED_ID", "A job id is 1 to 64 letters, digits, _ and -.");
  return id;
}

/** The tenant of an internal call, which names it itself. */
export function tenantIdOf(input: number | string): TenantId {
  const id = parseTenantId(input);
  if (id === null)
    throw new ProblemError("MALFORMED_ID", "A tenant id is a whole number from 1, without leading zeros.");
  return id;
}
