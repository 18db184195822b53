import { AbortMultipart, IdParams, refusedWith } from "@lectern/contracts";
import type { App } from "@lectern/service-kit";
import { Type } from "typebox";
import type { PublicDeps } from "../../../deps.ts";
import { abortUpload } from "../../../multipart/uploads.ts";
import { videoIdOf } from "../../ids.ts";

const schema = {
  operationId: "abortMultipartUpload",
  tags: ["Uploads"],
  summary: "Gives an upload in parts up: the store drops its parts. May be repeated",
  params: IdParams,
  body: AbortMultipart,
  response: { 204: Type.Null({ description: "It is given up" }), ...refusedWith("VIDEO_NOT_FOUND") },
};

export function abortMultipartRoute(app: App, deps: PublicDeps): void {
  app.post("/media/videos/:id/upload/multipart/abort", { schema }, async (request, reply) => {
    await abortUpload(deps, request.tenantId, videoIdOf(request.params.id), request.body.upload_id);
    return reply.code(204).send(null);
  });
}
