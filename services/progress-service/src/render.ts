import { JobProgress, VideoProgress } from "@lectern/contracts";
import type { FastifyReply } from "fastify";

// Fastify compiles a serialiser for each schema object it is given, once for each route. Copies, since its types want
// plain records.
const videoSchema: Record<string, unknown> = { ...VideoProgress };
const jobSchema: Record<string, unknown> = { ...JobProgress };

/** A video's view as JSON; `next_poll_ms` stands last, as in the schema. */
export function renderVideo(reply: FastifyReply, view: VideoProgress): string {
  return reply.serializeInput(view, videoSchema) as string;
}

/** As {@link renderVideo}. @throws RangeError for a result that is nested deeper than can be written */
export function renderJob(reply: FastifyReply, view: JobProgress): string {
  return reply.serializeInput(view, jobSchema) as string;
}
