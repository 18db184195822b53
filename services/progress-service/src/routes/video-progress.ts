import { IdParams, VideoProgress } from "@lectern/contracts";
import { parseVideoId, videoRef } from "@lectern/keys";
import { type App, ProblemError } from "@lectern/service-kit";
import { admit } from "../answer.ts";
import type { PollDependencies } from "../dependencies.ts";
import { answerPoll } from "./answer-poll.ts";
import { pollRefusals } from "./poll-responses.ts";

const schema = {
  operationId: "getVideoProgress",
  tags: ["Progress"],
  summary: "How far one video is",
  params: IdParams,
  requestHeaders: ["If-None-Match", "Accept-Language"],
  answerHeaders: ["ETag", "Cache-Control", "Retry-After, under pressure", "Vary"],
  response: { 200: VideoProgress, ...pollRefusals },
};

/** Always 200 (or 304) for a well-formed id: the default says `known: false`, whoever's the video is. */
export function videoProgressRoute(app: App, polls: PollDependencies): void {
  app.get("/media/videos/:id/progress/", { schema }, (request, reply) => {
    const id = parseVideoId(request.params.id);
    if (id === null)
      throw new ProblemError("MALFORMED_ID", "A video id is a whole number from 1, without leading zeros.");
    admit(request, polls, 1);
    return answerPoll(request, reply, polls, videoRef(request.tenantId, id));
  });
}
