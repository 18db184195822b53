import { CreatedVideo, CreateVideo, refusedWith } from "@lectern/contracts";
import { type App, ProblemError } from "@lectern/service-kit";
import type { PublicDeps } from "../../deps.ts";
import { insertVideos } from "../../videos/repository.ts";
import { createUploadTarget } from "../../videos/upload-target.ts";

const schema = {
  operationId: "createVideo",
  tags: ["Videos"],
  summary: "Announces a video and says where its file goes",
  body: CreateVideo,
  response: { 201: CreatedVideo, ...refusedWith("PRESIGN_FAILED", "SOURCE_TOO_LARGE") },
  answerHeaders: ["Location"],
};

/** Writes nothing to Redis: what a poll answers by default is already true of a new video. */
export function createVideoRoute(app: App, { db, store, limits }: PublicDeps): void {
  app.post("/media/videos/", { schema }, async (request, reply) => {
    refuseTooLarge(request.body.size_bytes, limits.maxUploadBytes);
    const [row] = await insertVideos(db, request.tenantId, [request.body]);
    if (row === undefined) throw new Error("The insert gave no row.");
    const upload = await createUploadTarget(store, row, limits.uploadUrlSeconds);
    return reply
      .code(201)
      .header("location", `/api/v1/media/videos/${row.id}/`)
      .send({ id: row.id, status: row.status, upload });
  });
}

export function refuseTooLarge(bytes: number, most: number): void {
  if (bytes > most)
    throw new ProblemError("SOURCE_TOO_LARGE", `The file has ${bytes} bytes, at most ${most} are taken.`);
}
