import { IdParams, InternalVideo, InternalVideoQuery, refusedWith } from "@lectern/contracts";
import { sourceObjectKey } from "@lectern/keys";
import type { App } from "@lectern/service-kit";
import type { InternalDeps } from "../../deps.ts";
import { videoDeleted, videoNotFound } from "../../videos/refusals.ts";
import { findTombstone, findVideo } from "../../videos/repository.ts";
import { tenantIdOf, videoIdOf } from "../ids.ts";

const schema = {
  operationId: "getInternalVideo",
  tags: ["Videos"],
  summary: "What a worker needs to know of a video",
  params: IdParams,
  querystring: InternalVideoQuery,
  response: { 200: InternalVideo, ...refusedWith("VIDEO_NOT_FOUND", "VIDEO_DELETED") },
};

export function getInternalVideoRoute(app: App, { db }: InternalDeps): void {
  app.get("/internal/v1/videos/:id", { schema }, async (request) => {
    const id = videoIdOf(request.params.id);
    const tenantId = tenantIdOf(request.query.tenant_id);
    const row = await findVideo(db, tenantId, id);
    if (row === undefined)
      throw (await findTombstone(db, tenantId, id)) === undefined ? videoNotFound(id) : videoDeleted(id);
    const { tenant_id, status, generation, attempt, version, filename, source_etag, source_size } = row;
    const source =
      source_etag === null || source_size === null
        ? null
        : { key: sourceObjectKey(tenantId, id), etag: source_etag, size_bytes: source_size };
    return { id: row.id, tenant_id, status, generation, attempt, version, filename, source };
  });
}
