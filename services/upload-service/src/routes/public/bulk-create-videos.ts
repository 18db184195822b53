import { BulkCreatedVideos, BulkCreateVideos, refusedWith } from "@lectern/contracts";
import type { App } from "@lectern/service-kit";
import type { PublicDeps } from "../../deps.ts";
import { insertVideos } from "../../videos/repository.ts";
import { refuseTooLarge } from "./create-video.ts";

const schema = {
  operationId: "bulkCreateVideos",
  tags: ["Videos"],
  summary: "Announces up to 1,000 videos in one statement: all of them or none",
  body: BulkCreateVideos,
  response: { 201: BulkCreatedVideos, ...refusedWith("SOURCE_TOO_LARGE") },
};

/** Upload addresses are asked for one by one, when each upload begins: a thousand would have expired before. */
export function bulkCreateVideosRoute(app: App, { db, limits }: PublicDeps): void {
  app.post("/media/videos/bulk/", { schema, bodyLimit: 4 * 1024 * 1024 }, async (request, reply) => {
    for (const video of request.body.videos) refuseTooLarge(video.size_bytes, limits.maxUploadBytes);
    const rows = await insertVideos(db, request.tenantId, request.body.videos);
    const items = rows.map(({ id, status, title, filename }) => ({ id, status, title, filename }));
    return reply.code(201).send({ items });
  });
}
