import { Problem } from "@lectern/contracts";

/** What every public route can answer beside its own. */
export const refusals = { 400: Problem, 401: Problem, 503: Problem } as const;
