import { IdParams, refusedWith, VideoDetail } from "@lectern/contracts";
import { encodeJobId } from "@lectern/keys";
import { type App, ProblemError } from "@lectern/service-kit";
import type { PublicDeps } from "../../deps.ts";
import { cancelVideo } from "../../videos/lifecycle.ts";
import { toVideoDetail } from "../../videos/mapper.ts";
import { videoNotFound } from "../../videos/refusals.ts";
import { videoIdOf } from "../ids.ts";
import { languageOf } from "../language.ts";

const schema = {
  operationId: "cancelVideo",
  tags: ["Videos"],
  summary: "Ends an encode that waits or runs; the video is FAILED with CANCELLED and can be retried",
  params: IdParams,
  response: { 200: VideoDetail, ...refusedWith("VIDEO_NOT_FOUND", "VIDEO_NOT_CANCELLABLE") },
  requestHeaders: ["Accept-Language"],
  answerHeaders: ["Vary"],
};

/** A worker hears of it by the fence at its next progress write, within a second. */
export function cancelVideoRoute(app: App, { db, outbox, admission, queue }: PublicDeps): void {
  app.post("/media/videos/:id/cancel/", { schema }, async (request, reply) => {
    const id = videoIdOf(request.params.id);
    const outcome = await cancelVideo(db, request.tenantId, id);
    if (outcome.kind === "missing") throw videoNotFound(id);
    if (outcome.kind === "refused")
      throw new ProblemError("VIDEO_NOT_CANCELLABLE", `The video is ${outcome.row.status}: nothing waits or runs.`, {
        members: { current_status: outcome.row.status },
      });
    if (outcome.kind === "applied") {
      // At once: both wait for Redis no longer than a request may.
      await Promise.all([
        outbox.deliver(outcome.owed),
        queue.remove(encodeJobId(id, outcome.row.generation)),
        admission.admit(request.tenantId),
      ]);
    }
    return toVideoDetail(outcome.row, languageOf(request, reply));
  });
}
