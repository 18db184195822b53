import { IdParams, MakeUrgent, MakeUrgentResult, refusedWith } from "@lectern/contracts";
import type { App } from "@lectern/service-kit";
import type { InternalDeps } from "../../deps.ts";
import { makeUrgent } from "../../shares/settings.ts";
import { videoNotFound } from "../../videos/refusals.ts";
import { tenantIdOf, videoIdOf } from "../ids.ts";

const schema = {
  operationId: "makeVideoUrgent",
  tags: ["Videos"],
  summary: "Puts a video that waits ahead of all that is not urgent, at the next sweep",
  params: IdParams,
  body: MakeUrgent,
  response: { 200: MakeUrgentResult, ...refusedWith("VIDEO_NOT_FOUND") },
};

export function makeUrgentRoute(app: App, { db }: InternalDeps): void {
  app.post("/internal/v1/videos/:id/urgent", { schema }, async (request) => {
    const id = videoIdOf(request.params.id);
    const outcome = await makeUrgent(db, tenantIdOf(request.body.tenant_id), id);
    if (outcome.kind === "missing") throw videoNotFound(id);
    const applied = outcome.kind === "applied";
    return { applied, status: outcome.row.status, urgent: applied || outcome.row.urgent };
  });
}
