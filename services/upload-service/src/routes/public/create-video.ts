import { CreatedVideo, CreateVideo, reasonFor, refusedWith } from "@lectern/contracts";
import { type App, ProblemError } from "@lectern/service-kit";
import type { FastifyRequest } from "fastify";
import type { PublicDeps } from "../../deps.ts";
import type { Language } from "../../videos/mapper.ts";
import { insertVideos } from "../../videos/repository.ts";
import { createUploadTarget } from "../../videos/upload-target.ts";
import { languageOf } from "../language.ts";

const schema = {
  operationId: "createVideo",
  tags: ["Videos"],
  summary: "Announces a video and says where its file goes",
  body: CreateVideo,
  response: { 201: CreatedVideo, ...refusedWith("PRESIGN_FAILED", "SOURCE_TOO_LARGE") },
  requestHeaders: ["Accept-Language"],
  answerHeaders: ["Location", "Vary"],
};

/** Writes nothing to Redis: what a poll answers by default is already true of a new video. */
export function createVideoRoute(app: App, { db, store, limits }: PublicDeps): void {
  app.post("/media/videos/", { schema, attachValidation: true }, async (request, reply) => {
    refuseMalformed(request, languageOf(request, reply));
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

/** A file without a byte is a teacher's mistake and no programmer's: the refusal brings a sentence for the teacher. */
function refuseMalformed({ validationError }: Pick<FastifyRequest, "validationError">, language: Language): void {
  if (validationError === undefined) return;
  const [fault] = validationError.validation;
  if (fault?.instancePath !== "/size_bytes" || fault.keyword !== "minimum") throw validationError;
  const error_reason = reasonFor("SOURCE_UNREADABLE")[language];
  throw new ProblemError("VALIDATION_FAILED", `${validationError.message}.`, { members: { error_reason } });
}

export function refuseTooLarge(bytes: number, most: number): void {
  if (bytes > most)
    throw new ProblemError("SOURCE_TOO_LARGE", `The file has ${bytes} bytes, at most ${most} are taken.`);
}
