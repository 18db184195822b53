import { IdParams, MultipartUpload, RecordParts, refusedWith } from "@lectern/contracts";
import type { App } from "@lectern/service-kit";
import type { PublicDeps } from "../../../deps.ts";
import { recordParts } from "../../../multipart/uploads.ts";
import { videoIdOf } from "../../ids.ts";

const schema = {
  operationId: "recordParts",
  tags: ["Uploads"],
  summary: "Keeps what the store took of an upload, so that it can be resumed",
  params: IdParams,
  body: RecordParts,
  response: {
    200: MultipartUpload,
    ...refusedWith(
      "VIDEO_NOT_FOUND",
      "MULTIPART_NOT_FOUND",
      "VIDEO_NOT_PENDING",
      "MULTIPART_SUPERSEDED",
      "MULTIPART_ASSEMBLED",
      "PART_INVALID",
    ),
  },
};

export function recordPartsRoute(app: App, deps: PublicDeps): void {
  app.post("/media/videos/:id/upload/multipart/parts", { schema }, async (request) => {
    const { upload_id: uploadId, parts } = request.body;
    return recordParts(deps, request.tenantId, videoIdOf(request.params.id), { uploadId, parts });
  });
}
