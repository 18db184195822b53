import { IdParams, JobIdParams, StreamQuery, TenantStreamQuery } from "@lectern/contracts";
import { isFinalStatus, jobRef, parseJobId, parseVideoId, type Subject, videoRef } from "@lectern/keys";
import { type App, ProblemError } from "@lectern/service-kit";
import type { FastifyReply, FastifyRequest } from "fastify";
import { Type } from "typebox";
import { admit, varyByLanguage } from "../answer.ts";
import type { PushDependencies } from "../push/push.ts";
import { SubjectClient, TenantClient } from "../push/sse-client.ts";
import { versionOf } from "../push/update.ts";
import { openStream } from "./open-stream.ts";
import { pollRefusals } from "./poll-responses.ts";

const { 304: _not, ...refusals } = pollRefusals;
const responses = {
  200: Type.String({ description: "text/event-stream: each event's data is the answer of the poll" }),
  204: Type.Null({ description: "The final state is the one that Last-Event-ID names: an EventSource stops" }),
  ...refusals,
};

/** SSE of one video: the present state at once, then each change, to the final one. */
export function videoStreamRoute(app: App, push: PushDependencies): void {
  const schema = {
    summary: "Follow one video",
    params: IdParams,
    querystring: StreamQuery,
    produces: ["text/event-stream"],
    response: responses,
  };
  app.get("/media/videos/:id/progress/stream", { schema, exposeHeadRoute: false }, (request, reply) => {
    const id = parseVideoId(request.params.id);
    if (id === null)
      throw new ProblemError("MALFORMED_ID", "A video id is a whole number from 1, without leading zeros.");
    varyByLanguage(reply);
    return follow(request, reply, push, videoRef(request.tenantId, id));
  });
}

/** SSE of one job. */
export function jobStreamRoute(app: App, push: PushDependencies): void {
  const schema = {
    summary: "Follow one job",
    params: JobIdParams,
    querystring: StreamQuery,
    produces: ["text/event-stream"],
    response: responses,
  };
  app.get("/jobs/:job_id/progress/stream", { schema, exposeHeadRoute: false }, (request, reply) => {
    const jobId = parseJobId(request.params.job_id);
    if (jobId === null) throw new ProblemError("MALFORMED_ID", "A job id is 1 to 64 letters, digits, _ and -.");
    return follow(request, reply, push, jobRef(request.tenantId, jobId));
  });
}

/** SSE of everything of the tenant that changes. */
export function tenantStreamRoute(app: App, push: PushDependencies): void {
  const schema = {
    summary: "Follow everything of the tenant that changes",
    querystring: TenantStreamQuery,
    produces: ["text/event-stream"],
    response: responses,
  };
  app.get("/progress/stream", { schema, exposeHeadRoute: false }, (request, reply) => {
    admit(request, push.polls, 1);
    push.connections.admit(request.tenantId);
    varyByLanguage(reply);
    openStream(request, reply, push, (options) => new TenantClient(push.tenantEvents, options));
  });
}

async function follow(
  request: FastifyRequest,
  reply: FastifyReply,
  push: PushDependencies,
  subject: Subject,
): Promise<void> {
  admit(request, push.polls, 1);
  const lastId = request.headers["last-event-id"];
  if (typeof lastId === "string" && (await wasFinal(push, subject, lastId))) {
    reply.code(204).send();
    return;
  }
  // After that wait, right before the connection is taken up.
  push.connections.admit(request.tenantId);
  if (request.raw.socket.destroyed) return void reply.hijack();
  openStream(request, reply, push, (options) => new SubjectClient(subject, push.followed, options));
}

/** Whether the client has been shown the last there is. */
async function wasFinal({ polls }: PushDependencies, subject: Subject, lastId: string): Promise<boolean> {
  const view = await polls.views.get(subject);
  return view !== null && isFinalStatus(view.snapshot.status) && lastId.startsWith(`${versionOf(view)}.`);
}
