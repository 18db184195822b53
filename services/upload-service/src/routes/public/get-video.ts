import { IdParams, refusedWith, VideoDetail } from "@lectern/contracts";
import type { App } from "@lectern/service-kit";
import type { PublicDeps } from "../../deps.ts";
import { toVideoDetail } from "../../videos/mapper.ts";
import { videoNotFound } from "../../videos/refusals.ts";
import { findVideo } from "../../videos/repository.ts";
import { videoIdOf } from "../ids.ts";
import { languageOf } from "../language.ts";

const schema = {
  operationId: "getVideo",
  tags: ["Videos"],
  summary: "A video as the database has it",
  params: IdParams,
  response: { 200: VideoDetail, ...refusedWith("VIDEO_NOT_FOUND") },
  requestHeaders: ["Accept-Language"],
  answerHeaders: ["Vary"],
};

/** Also puts back a status that Redis has lost, since this row is the truth that it was made from. A Redis that is away is no error. */
export function getVideoRoute(app: App, { db, repair, posterUrl }: PublicDeps): void {
  app.get("/media/videos/:id/", { schema }, async (request, reply) => {
    const id = videoIdOf(request.params.id);
    const row = await findVideo(db, request.tenantId, id);
    if (row === undefined) throw videoNotFound(id);
    await repair.video(row).catch(() => undefined);
    return toVideoDetail(row, languageOf(request, reply), await posterUrl(row));
  });
}
