import { IdParams, refusedWith, UploadTarget } from "@lectern/contracts";
import type { App } from "@lectern/service-kit";
import type { PublicDeps } from "../../deps.ts";
import { notPending, videoNotFound } from "../../videos/refusals.ts";
import { awaitUploadAnew, findVideo } from "../../videos/repository.ts";
import { createUploadTarget } from "../../videos/upload-target.ts";
import { videoIdOf } from "../ids.ts";

const schema = {
  operationId: "renewUploadTarget",
  tags: ["Uploads"],
  summary: "The upload address anew, while the video is PENDING",
  params: IdParams,
  response: { 200: UploadTarget, ...refusedWith("VIDEO_NOT_FOUND", "VIDEO_NOT_PENDING", "PRESIGN_FAILED") },
};

export function uploadTargetRoute(app: App, { db, store, limits }: PublicDeps): void {
  app.post("/media/videos/:id/upload/", { schema }, async (request) => {
    const id = videoIdOf(request.params.id);
    const row = await awaitUploadAnew(db, request.tenantId, id);
    if (row === undefined) {
      const present = await findVideo(db, request.tenantId, id);
      throw present === undefined ? videoNotFound(id) : notPending(present);
    }
    return createUploadTarget(store, row, limits.uploadUrlSeconds);
  });
}
