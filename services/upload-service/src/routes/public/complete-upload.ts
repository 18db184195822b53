import { IdParams, Problem, VideoDetail } from "@lectern/contracts";
import type { App } from "@lectern/service-kit";
import type { PublicDeps } from "../../deps.ts";
import { completeUpload } from "../../videos/complete.ts";
import { toVideoDetail } from "../../videos/mapper.ts";
import { videoIdOf } from "../ids.ts";
import { languageOf } from "../language.ts";
import { refusals } from "../refusals.ts";

const schema = {
  summary: "Confirms the upload; the encode is queued before the answer leaves",
  params: IdParams,
  response: { 200: VideoDetail, 404: Problem, 409: Problem, 413: Problem, 422: Problem, 429: Problem, ...refusals },
};

export function completeUploadRoute(app: App, deps: PublicDeps): void {
  app.post("/media/videos/:id/upload/complete/", { schema }, async (request, reply) => {
    const row = await completeUpload(
      { ...deps, maxUploadBytes: deps.limits.maxUploadBytes },
      request.tenantId,
      videoIdOf(request.params.id),
    );
    return toVideoDetail(row, languageOf(request, reply));
  });
}
