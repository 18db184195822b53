import { IdParams, refusedWith, SignedParts, SignParts } from "@lectern/contracts";
import type { App } from "@lectern/service-kit";
import type { PublicDeps } from "../../../deps.ts";
import { signParts } from "../../../multipart/uploads.ts";
import { videoIdOf } from "../../ids.ts";

const schema = {
  operationId: "signParts",
  tags: ["Uploads"],
  summary: "Where parts are PUT, one or many; each address takes exactly the part's size",
  params: IdParams,
  body: SignParts,
  response: {
    200: SignedParts,
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

export function signPartsRoute(app: App, deps: PublicDeps): void {
  app.post("/media/videos/:id/upload/multipart/sign", { schema }, async (request) => {
    const { upload_id: uploadId, part_numbers: numbers } = request.body;
    const id = videoIdOf(request.params.id);
    return { parts: await signParts(deps, request.tenantId, id, { uploadId, numbers }) };
  });
}
