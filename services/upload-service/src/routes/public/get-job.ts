import { JobDetail, JobIdParams, refusedWith } from "@lectern/contracts";
import { type App, ProblemError } from "@lectern/service-kit";
import type { PublicDeps } from "../../deps.ts";
import { toJobDetail } from "../../jobs/mapper.ts";
import { findJob } from "../../jobs/repository.ts";
import { jobIdOf } from "../ids.ts";

const schema = {
  operationId: "getJob",
  tags: ["Jobs"],
  summary: "A job as the database has it",
  params: JobIdParams,
  response: { 200: JobDetail, ...refusedWith("JOB_NOT_FOUND") },
};

/** As for a video, a status that Redis has lost is put back. */
export function getJobRoute(app: App, { db, repair }: PublicDeps): void {
  app.get("/jobs/:job_id/", { schema }, async (request) => {
    const id = jobIdOf(request.params.job_id);
    const row = await findJob(db, request.tenantId, id);
    if (row === undefined) throw new ProblemError("JOB_NOT_FOUND", `There is no job ${id}.`);
    await repair.job(row).catch(() => undefined);
    return toJobDetail(row);
  });
}
