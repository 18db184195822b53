import { JobIdParams, JobProgress } from "@lectern/contracts";
import { jobRef, parseJobId } from "@lectern/keys";
import { type App, ProblemError } from "@lectern/service-kit";
import { admit } from "../answer.ts";
import type { PollDependencies } from "../dependencies.ts";
import { answerPoll } from "./answer-poll.ts";
import { pollRefusals } from "./poll-responses.ts";

const schema = {
  operationId: "getJobProgress",
  tags: ["Progress"],
  summary: "How far one job is",
  params: JobIdParams,
  requestHeaders: ["If-None-Match"],
  answerHeaders: ["ETag", "Cache-Control", "Retry-After, under pressure"],
  response: { 200: JobProgress, ...pollRefusals },
};

/** Always 200 (or 304) for a well-formed id: the default is UNKNOWN, whoever's the job is. */
export function jobProgressRoute(app: App, polls: PollDependencies): void {
  app.get("/jobs/:job_id/progress/", { schema }, (request, reply) => {
    const jobId = parseJobId(request.params.job_id);
    if (jobId === null) throw new ProblemError("MALFORMED_ID", "A job id is 1 to 64 letters, digits, _ and -.");
    admit(request, polls, 1);
    return answerPoll(request, reply, polls, jobRef(request.tenantId, jobId));
  });
}
