import {
  IdParams,
  JobIdParams,
  JobProgress,
  Reconnect,
  StreamQuery,
  TenantStreamQuery,
  VideoProgress,
} from "@lectern/contracts";
import { isFinalStatus, jobRef, parseJobId, parseVideoId, type Subject, videoRef } from "@lectern/keys";
import { type App, ProblemError } from "@lectern/service-kit";
import type { FastifyReply, FastifyRequest } from "fastify";
import { Type } from "typebox";
import { admit, varyByLanguage } from "../answer.ts";
import type { PushDependencies } from "../push/push.ts";
import { SubjectClient, TenantClient } from "../push/sse-client.ts";
import { versionOf } from "../push/update.ts";
import { openStream, sendStreamHead } from "./open-stream.ts";
import { streamRefusals, TOKEN_OR_TICKET } from "./poll-responses.ts";

const OPENED = Type.String({ description: "Server-sent events, as described above" });
const SEEN = Type.Null({ description: "The final state is the one that Last-Event-ID names: an EventSource stops" });

const common = {
  tags: ["Streams"],
  security: TOKEN_OR_TICKET,
  produces: ["text/event-stream"],
};
const OF_ONE = [
  "Each `message` has the answer of the poll as its `data` and `<generation>.<version>.<sequence>` as its `id`: the present",
  "state at once, then each change, at most four a second. `end` comes after a final state: close the EventSource, or it is",
  "answered 204 when it comes back. `reconnect` (`Reconnect`) ends the stream before that: come back after `retry_ms`, with",
  "a new ticket where the token has ended. A comment comes every 15 s. There is no history: `Last-Event-ID` brings the",
  "present state.",
].join("\n");
const OF_TENANT = [
  "As of one video, for everything of the tenant that changes from now on. `resync` (`{spread_ms}`) comes first, and again",
  "whenever something may have been missed: ask once for what is shown, at a moment drawn within `spread_ms`. It has no end",
  "of its own, and no `end`.",
].join("\n");

/** SSE of one video: the present state at once, then each change, to the final one. */
export function videoStreamRoute(app: App, push: PushDependencies): void {
  const schema = {
    ...common,
    operationId: "streamVideoProgress",
    summary: "Follow one video",
    description: OF_ONE,
    params: IdParams,
    querystring: StreamQuery,
    requestHeaders: ["Accept-Language", "Last-Event-ID"],
    response: { 200: OPENED, 204: SEEN, ...streamRefusals },
    "x-events": { message: VideoProgress, end: {}, reconnect: Reconnect },
  };
  app.get("/media/videos/:id/progress/stream", { schema }, (request, reply) => {
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
    ...common,
    operationId: "streamJobProgress",
    summary: "Follow one job",
    description: OF_ONE,
    params: JobIdParams,
    querystring: StreamQuery,
    requestHeaders: ["Last-Event-ID"],
    response: { 200: OPENED, 204: SEEN, ...streamRefusals },
    "x-events": { message: JobProgress, end: {}, reconnect: Reconnect },
  };
  app.get("/jobs/:job_id/progress/stream", { schema }, (request, reply) => {
    const jobId = parseJobId(request.params.job_id);
    if (jobId === null) throw new ProblemError("MALFORMED_ID", "A job id is 1 to 64 letters, digits, _ and -.");
    return follow(request, reply, push, jobRef(request.tenantId, jobId));
  });
}

/** SSE of everything of the tenant that changes. */
export function tenantStreamRoute(app: App, push: PushDependencies): void {
  const schema = {
    ...common,
    operationId: "streamTenantProgress",
    summary: "Follow everything of the tenant that changes",
    description: OF_TENANT,
    querystring: TenantStreamQuery,
    requestHeaders: ["Accept-Language"],
    response: { 200: OPENED, ...streamRefusals },
    "x-events": { message: { oneOf: [VideoProgress, JobProgress] }, resync: {}, reconnect: Reconnect },
  };
  app.get("/progress/stream", { schema }, (request, reply) => {
    admit(request, push.polls, 1);
    push.connections.admit(request.tenantId);
    varyByLanguage(reply);
    if (request.method === "HEAD") return sendStreamHead(reply);
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
  if (request.method === "HEAD") return sendStreamHead(reply);
  if (request.raw.socket.destroyed) return void reply.hijack();
  openStream(request, reply, push, (options) => new SubjectClient(subject, push.followed, options));
}

/** Whether the client has been shown the last there is. */
async function wasFinal({ polls }: PushDependencies, subject: Subject, lastId: string): Promise<boolean> {
  const view = await polls.views.get(subject);
  return view !== null && isFinalStatus(view.snapshot.status) && lastId.startsWith(`${versionOf(view)}.`);
}
