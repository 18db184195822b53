import { JobIdParams, JobTransition, JobTransitionResult, refusedWith } from "@lectern/contracts";
import { type App, ProblemError } from "@lectern/service-kit";
import type { InternalDeps } from "../../deps.ts";
import { applyJobTransition } from "../../jobs/transitions.ts";
import { jobIdOf, tenantIdOf } from "../ids.ts";
import { refuseTooDeep } from "./results.ts";

const schema = {
  operationId: "transitionJob",
  tags: ["Jobs"],
  summary: "What another team's worker reports of its job",
  params: JobIdParams,
  body: JobTransition,
  response: { 200: JobTransitionResult, ...refusedWith("JOB_NOT_FOUND", "STALE_RUN") },
};

export function transitionJobRoute(app: App, { db, outbox }: InternalDeps): void {
  app.post("/internal/v1/jobs/:job_id/transitions", { schema }, async (request) => {
    const id = jobIdOf(request.params.job_id);
    refuseTooDeep(request.body);
    const outcome = await applyJobTransition(db, tenantIdOf(request.body.tenant_id), id, request.body);
    if (outcome.kind === "missing")
      throw new ProblemError("JOB_NOT_FOUND", `There is no job ${id} that can be reported on here; record it first.`);
    if (outcome.kind === "applied") await outbox.deliver(outcome.owed);
    const { status, generation, attempt, version } = outcome.row;
    if (outcome.kind === "stale")
      throw new ProblemError(
        "STALE_RUN",
        `The job is ${status} in generation ${generation}, attempt ${attempt}: stop this run.`,
        {
          members: { current_status: status },
        },
      );
    return { applied: outcome.kind === "applied", status, generation, attempt, version };
  });
}
