import { JobIdParams, JobProgress } from "@lectern/contracts";
import { defaultSnapshot, jobRef, parseJobId } from "@lectern/keys";
import { type App, ProblemError } from "@lectern/service-kit";
import type { FastifyReply } from "fastify";
import { sendView, withJitter } from "../answer.ts";
import type { PollDependencies } from "../dependencies.ts";
import { jobView } from "../job-view.ts";
import { outcomeOf } from "../metrics.ts";
import { renderJob } from "../render.ts";
import { pollRefusals } from "./poll-responses.ts";

const schema = {
  summary: "How far one job is",
  params: JobIdParams,
  response: { 200: JobProgress, ...pollRefusals },
};

/** Always 200 (or 304) for a well-formed id: the default is UNKNOWN, whoever's the job is. */
export function jobProgressRoute(app: App, { reader, metrics, now }: PollDependencies): void {
  app.get("/jobs/:job_id/progress/", { schema }, async (request, reply) => {
    const jobId = parseJobId(request.params.job_id);
    if (jobId === null) throw new ProblemError("MALFORMED_ID", "A job id is 1 to 64 letters, digits, _ and -.");
    const subject = jobRef(request.tenantId, jobId);
    const snapshots = await reader.read([subject]);
    const snapshot = snapshots?.[0] ?? defaultSnapshot(subject);
    const unreadable = () => jobView(jobId, defaultSnapshot(subject), now());
    metrics.polled("job", outcomeOf(snapshots, snapshot));
    return sendView(request, reply, withJitter(serialize(reply, jobView(jobId, snapshot, now()), unreadable)));
  });
}

/** A result may be nested deeper than it can be written: content like any other that cannot be read. */
function serialize(reply: FastifyReply, view: JobProgress, unreadable: () => JobProgress): string {
  try {
    return renderJob(reply, view);
  } catch {
    return renderJob(reply, unreadable());
  }
}
