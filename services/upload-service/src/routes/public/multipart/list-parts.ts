import { IdParams, MultipartUpload, refusedWith } from "@lectern/contracts";
import type { App } from "@lectern/service-kit";
import type { PublicDeps } from "../../../deps.ts";
import { showUpload } from "../../../multipart/uploads.ts";
import { videoIdOf } from "../../ids.ts";

const schema = {
  operationId: "listParts",
  tags: ["Uploads"],
  summary: "The upload in parts that is open, with its recorded parts",
  params: IdParams,
  response: {
    200: MultipartUpload,
    ...refusedWith("VIDEO_NOT_FOUND", "MULTIPART_NOT_FOUND", "VIDEO_NOT_PENDING"),
  },
};

export function listPartsRoute(app: App, { db }: PublicDeps): void {
  app.get("/media/videos/:id/upload/multipart/parts", { schema }, (request) =>
    showUpload(db, request.tenantId, videoIdOf(request.params.id)),
  );
}
