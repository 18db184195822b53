import { JobDetail, RecordJob, refusedWith } from "@lectern/contracts";
import { parseEncodeJobId } from "@lectern/keys";
import { type App, ProblemError } from "@lectern/service-kit";
import type { InternalDeps } from "../../deps.ts";
import { toJobDetail } from "../../jobs/mapper.ts";
import { recordJob } from "../../jobs/transitions.ts";
import { jobIdOf, tenantIdOf } from "../ids.ts";

const schema = {
  operationId: "recordJob",
  tags: ["Jobs"],
  summary: "Records a job that another team's worker runs, so that it shows up in progress; enqueues nothing",
  body: RecordJob,
  response: { 200: JobDetail, 201: JobDetail, ...refusedWith("JOB_EXISTS") },
};

/** 201 for a new job, 200 for the same one again. */
export function recordJobRoute(app: App, { db, outbox }: InternalDeps): void {
  app.post("/internal/v1/jobs", { schema }, async (request, reply) => {
    const { tenant_id, job_id, job_type } = request.body;
    const id = jobIdOf(job_id);
    if (parseEncodeJobId(id) !== null)
      throw new ProblemError("VALIDATION_FAILED", `Ids such as ${id} are kept for video encodes; choose another.`);
    const outcome = await recordJob(db, tenantIdOf(tenant_id), id, job_type);
    if (outcome.kind === "missing") throw new Error(`The job ${id} went away while it was recorded.`);
    if (outcome.kind === "stale")
      throw new ProblemError("JOB_EXISTS", `There is a job ${id} of the type ${outcome.row.job_type}.`);
    if (outcome.kind === "applied") await outbox.deliver(outcome.owed);
    return reply.code(outcome.kind === "applied" ? 201 : 200).send(toJobDetail(outcome.row));
  });
}
