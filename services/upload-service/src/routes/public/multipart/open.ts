import { IdParams, MultipartUpload, refusedWith } from "@lectern/contracts";
import type { App } from "@lectern/service-kit";
import type { PublicDeps } from "../../../deps.ts";
import { openUpload } from "../../../multipart/uploads.ts";
import { videoIdOf } from "../../ids.ts";

const schema = {
  operationId: "openMultipartUpload",
  tags: ["Uploads"],
  summary: "Begins an upload in parts (201), or gives the one that is open with its recorded parts (200)",
  params: IdParams,
  response: {
    200: MultipartUpload,
    201: MultipartUpload,
    ...refusedWith("VIDEO_NOT_FOUND", "VIDEO_NOT_PENDING", "STORE_UNAVAILABLE"),
  },
};

export function openMultipartRoute(app: App, deps: PublicDeps): void {
  app.post("/media/videos/:id/upload/multipart/", { schema }, async (request, reply) => {
    const { begun, upload } = await openUpload(deps, request.tenantId, videoIdOf(request.params.id));
    return reply.code(begun ? 201 : 200).send(upload);
  });
}
