import { CompletedMultipart, CompleteMultipart, IdParams, refusedWith } from "@lectern/contracts";
import type { App } from "@lectern/service-kit";
import type { PublicDeps } from "../../../deps.ts";
import { completeUploadInParts } from "../../../multipart/complete.ts";
import { videoIdOf } from "../../ids.ts";

const schema = {
  operationId: "completeMultipartUpload",
  tags: ["Uploads"],
  summary: "Assembles the parts; `completeUpload` comes next. May be repeated",
  params: IdParams,
  body: CompleteMultipart,
  response: {
    200: CompletedMultipart,
    ...refusedWith(
      "VIDEO_NOT_FOUND",
      "MULTIPART_NOT_FOUND",
      "VIDEO_NOT_PENDING",
      "MULTIPART_SUPERSEDED",
      "PARTS_MISSING",
      "PART_INVALID",
      "SOURCE_MISMATCH",
      "STORE_UNAVAILABLE",
    ),
  },
};

export function completeMultipartRoute(app: App, deps: PublicDeps): void {
  app.post("/media/videos/:id/upload/multipart/complete", { schema }, async (request) => {
    const { upload_id: uploadId, parts } = request.body;
    return completeUploadInParts(deps, request.tenantId, videoIdOf(request.params.id), { uploadId, parts });
  });
}
