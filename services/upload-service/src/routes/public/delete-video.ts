import { IdParams, refusedWith } from "@lectern/contracts";
import { encodeJobId } from "@lectern/keys";
import type { App } from "@lectern/service-kit";
import { Type } from "typebox";
import type { PublicDeps } from "../../deps.ts";
import { deleteVideo } from "../../videos/lifecycle.ts";
import { videoNotFound } from "../../videos/refusals.ts";
import { videoIdOf } from "../ids.ts";

const schema = {
  operationId: "deleteVideo",
  tags: ["Videos"],
  summary: "Deletes a video, its file and its output, whatever its state",
  params: IdParams,
  response: { 204: Type.Null({ description: "It is gone" }), ...refusedWith("VIDEO_NOT_FOUND") },
};

/** The row and its fence are gone when the answer leaves; objects are swept right after, and again later. */
export function deleteVideoRoute(app: App, { db, outbox, admission, queue }: PublicDeps): void {
  app.delete("/media/videos/:id/", { schema }, async (request, reply) => {
    const id = videoIdOf(request.params.id);
    const deleted = await deleteVideo(db, request.tenantId, id);
    if (deleted === undefined) throw videoNotFound(id);
    const { generation } = deleted.row;
    // At once: both wait for Redis no longer than a request may.
    await Promise.all([
      outbox.deliver(deleted.owed),
      admission.admit(request.tenantId),
      generation === 0 ? undefined : queue.remove(encodeJobId(id, generation)),
    ]);
    outbox.wake();
    return reply.code(204).send(null);
  });
}
