import { IdParams, refusedWith, VideoDetail } from "@lectern/contracts";
import { type App, ProblemError } from "@lectern/service-kit";
import type { PublicDeps } from "../../deps.ts";
import { limitProblem } from "../../limits/intake.ts";
import { refuseIfNotEnqueued } from "../../videos/complete.ts";
import { retryVideo } from "../../videos/lifecycle.ts";
import { toVideoDetail } from "../../videos/mapper.ts";
import { videoNotFound } from "../../videos/refusals.ts";
import { videoIdOf } from "../ids.ts";
import { languageOf } from "../language.ts";

const schema = {
  operationId: "retryVideo",
  tags: ["Videos"],
  summary: "Encodes a FAILED video once more, from the same file",
  params: IdParams,
  response: {
    200: VideoDetail,
    ...refusedWith(
      "VIDEO_NOT_FOUND",
      "VIDEO_NOT_RETRYABLE",
      "TENANT_QUEUE_FULL",
      "TENANT_DAILY_LIMIT",
      "VIDEO_UPLOAD_ENQUEUE_FAILED",
    ),
  },
  requestHeaders: ["Accept-Language"],
  answerHeaders: ["Vary"],
};

export function retryVideoRoute(app: App, { db, outbox, tenantLimits, logger }: PublicDeps): void {
  app.post("/media/videos/:id/retry/", { schema }, async (request, reply) => {
    const id = videoIdOf(request.params.id);
    const outcome = await retryVideo(db, request.tenantId, id, tenantLimits);
    if (outcome.kind === "missing") throw videoNotFound(id);
    if (outcome.kind === "limited") throw limitProblem(outcome.exceeded, "The video stays FAILED.");
    if (outcome.kind !== "applied")
      throw new ProblemError("VIDEO_NOT_RETRYABLE", `The video is ${outcome.row.status}, not FAILED.`, {
        members: { current_status: outcome.row.status },
      });
    const { failed } = await outbox.deliver(outcome.owed);
    refuseIfNotEnqueued(logger, outcome.row, failed);
    return toVideoDetail(outcome.row, languageOf(request, reply));
  });
}
