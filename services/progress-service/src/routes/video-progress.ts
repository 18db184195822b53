import { IdParams, VideoProgress } from "@lectern/contracts";
import { defaultSnapshot, parseVideoId, videoRef } from "@lectern/keys";
import { type App, ProblemError } from "@lectern/service-kit";
import { sendView, varyByLanguage, withJitter } from "../answer.ts";
import type { PollDependencies } from "../dependencies.ts";
import { outcomeOf } from "../metrics.ts";
import { renderVideo } from "../render.ts";
import { videoView } from "../video-view.ts";
import { pollRefusals } from "./poll-responses.ts";

const schema = {
  summary: "How far one video is",
  params: IdParams,
  response: { 200: VideoProgress, ...pollRefusals },
};

/** Always 200 (or 304) for a well-formed id: the default says `known: false`, whoever's the video is. */
export function videoProgressRoute(app: App, { reader, metrics, now }: PollDependencies): void {
  app.get("/media/videos/:id/progress/", { schema }, async (request, reply) => {
    const id = parseVideoId(request.params.id);
    if (id === null)
      throw new ProblemError("MALFORMED_ID", "A video id is a whole number from 1, without leading zeros.");
    const subject = videoRef(request.tenantId, id);
    const snapshots = await reader.read([subject]);
    const snapshot = snapshots?.[0] ?? defaultSnapshot(subject);
    metrics.polled("video", outcomeOf(snapshots, snapshot));
    varyByLanguage(reply);
    const context = { now: now(), acceptLanguage: request.headers["accept-language"] };
    return sendView(request, reply, withJitter(renderVideo(reply, videoView(id, snapshot, context))));
  });
}
