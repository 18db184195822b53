import { IdParams, Playback, refusedWith } from "@lectern/contracts";
import type { App } from "@lectern/service-kit";
import type { PublicDeps } from "../../deps.ts";
import { videoNotFound } from "../../videos/refusals.ts";
import { findVideo } from "../../videos/repository.ts";
import { videoIdOf } from "../ids.ts";

const schema = {
  operationId: "getPlayback",
  tags: ["Playback"],
  summary: "An address that plays the video for a limited time, in hls.js and natively",
  params: IdParams,
  answerHeaders: ["Cache-Control"],
  response: { 200: Playback, ...refusedWith("VIDEO_NOT_FOUND", "VIDEO_NOT_READY") },
};

/** Nobody else is to be given the answer from a cache: its addresses are good for whoever has them. */
export function getPlaybackRoute(app: App, { db, player }: PublicDeps): void {
  app.get("/media/videos/:id/playback/", { schema }, async (request, reply) => {
    const id = videoIdOf(request.params.id);
    const row = await findVideo(db, request.tenantId, id);
    if (row === undefined) throw videoNotFound(id);
    reply.header("cache-control", "private, no-store");
    return player.open(row, `${request.protocol}://${request.host}`);
  });
}
