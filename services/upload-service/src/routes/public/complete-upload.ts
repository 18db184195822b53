import { IdParams, refusedWith, VideoDetail } from "@lectern/contracts";
import type { App } from "@lectern/service-kit";
import type { PublicDeps } from "../../deps.ts";
import { completeUpload } from "../../videos/complete.ts";
import { toVideoDetail } from "../../videos/mapper.ts";
import { videoIdOf } from "../ids.ts";
import { languageOf } from "../language.ts";

const schema = {
  operationId: "completeUpload",
  tags: ["Uploads"],
  summary: "Confirms the upload; the encode is queued before the answer leaves",
  params: IdParams,
  response: {
    200: VideoDetail,
    ...refusedWith(
      "VIDEO_NOT_FOUND",
      "VIDEO_NOT_PENDING",
      "SOURCE_MISSING",
      "SOURCE_MISMATCH",
      "SOURCE_TOO_LARGE",
      "SOURCE_UNREADABLE",
      "TENANT_QUEUE_FULL",
      "TENANT_DAILY_LIMIT",
      "STORE_UNAVAILABLE",
      "VIDEO_UPLOAD_ENQUEUE_FAILED",
    ),
  },
  requestHeaders: ["Accept-Language"],
  answerHeaders: ["Vary"],
};

export function completeUploadRoute(app: App, deps: PublicDeps): void {
  app.post("/media/videos/:id/upload/complete/", { schema }, async (request, reply) => {
    const language = languageOf(request, reply);
    const row = await completeUpload(
      { ...deps, maxUploadBytes: deps.limits.maxUploadBytes },
      request.tenantId,
      videoIdOf(request.params.id),
      language,
    );
    return toVideoDetail(row, language);
  });
}
