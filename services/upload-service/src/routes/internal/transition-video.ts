import { IdParams, Problem, VideoTransition, VideoTransitionResult } from "@lectern/contracts";
import { type App, ProblemError } from "@lectern/service-kit";
import type { InternalDeps } from "../../deps.ts";
import { videoDeleted, videoNotFound } from "../../videos/refusals.ts";
import { applyTransition } from "../../videos/transitions.ts";
import { tenantIdOf, videoIdOf } from "../ids.ts";
import { refusals } from "../refusals.ts";
import { refuseForeignOutput, refuseTooDeep } from "./results.ts";

const schema = {
  summary: "What a worker reports of a run",
  params: IdParams,
  body: VideoTransition,
  response: { 200: VideoTransitionResult, 404: Problem, 409: Problem, 410: Problem, 422: Problem, ...refusals },
};

/** Statuses are written to Redis before the answer where Redis can be reached, and by the outbox where not. */
export function transitionVideoRoute(app: App, { db, outbox }: InternalDeps): void {
  app.post("/internal/v1/videos/:id/transitions", { schema }, async (request) => {
    const id = videoIdOf(request.params.id);
    const tenantId = tenantIdOf(request.body.tenant_id);
    refuseTooDeep(request.body);
    refuseForeignOutput(tenantId, id, request.body);
    const outcome = await applyTransition(db, tenantId, id, request.body);
    if (outcome.kind === "missing") throw videoNotFound(id);
    if (outcome.kind === "deleted") throw videoDeleted(id);
    if (outcome.kind !== "already") await outbox.deliver(outcome.owed);
    const { status, generation, attempt, version } = outcome.row;
    if (outcome.kind === "stale")
      throw new ProblemError(
        "STALE_RUN",
        `The video is ${status} in generation ${generation}, attempt ${attempt}: stop this run.`,
        {
          members: { current_status: status },
        },
      );
    return { applied: outcome.kind === "applied", status, generation, attempt, version };
  });
}
