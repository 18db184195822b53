import { IdParams, refusedWith, VideoTransition, VideoTransitionResult } from "@lectern/contracts";
import { isFinalStatus } from "@lectern/keys";
import { type App, ProblemError } from "@lectern/service-kit";
import type { InternalDeps } from "../../deps.ts";
import { PARKED_MS } from "../../queue.ts";
import { videoDeleted, videoNotFound } from "../../videos/refusals.ts";
import { applyTransition } from "../../videos/transitions.ts";
import { tenantIdOf, videoIdOf } from "../ids.ts";
import { refuseForeignOutput, refuseTooDeep } from "./results.ts";

const schema = {
  operationId: "transitionVideo",
  tags: ["Videos"],
  summary: "What a worker reports of a run",
  params: IdParams,
  body: VideoTransition,
  response: {
    200: VideoTransitionResult,
    ...refusedWith("VIDEO_NOT_FOUND", "STALE_RUN", "VIDEO_DELETED", "OUTPUT_NOT_OF_RUN", "TENANT_RUNNING_LIMIT"),
  },
};

/** Statuses are written to Redis before the answer where Redis can be reached, and by the outbox where not. */
export function transitionVideoRoute(app: App, { db, outbox, admission, costs, tenantLimits }: InternalDeps): void {
  app.post("/internal/v1/videos/:id/transitions", { schema }, async (request) => {
    const id = videoIdOf(request.params.id);
    const tenantId = tenantIdOf(request.body.tenant_id);
    refuseTooDeep(request.body);
    refuseForeignOutput(tenantId, id, request.body);
    const outcome = await applyTransition(db, tenantId, id, request.body, tenantLimits);
    if (outcome.kind === "missing") throw videoNotFound(id);
    if (outcome.kind === "deleted") throw videoDeleted(id);
    if (outcome.kind === "limited")
      throw new ProblemError(
        "TENANT_RUNNING_LIMIT",
        `The tenant has ${outcome.most} runs at once, which is its limit: put the job back as delayed. It is promoted when one of them ends.`,
        { retryAfter: PARKED_MS / 1000 },
      );
    if (outcome.kind !== "already") await outbox.deliver(outcome.owed);
    const { status, generation, attempt, version } = outcome.row;
    if (outcome.kind !== "already" && isFinalStatus(status)) await admission.admit(tenantId);
    if (outcome.kind === "stale")
      throw new ProblemError(
        "STALE_RUN",
        `The video is ${status} in generation ${generation}, attempt ${attempt}: stop this run.`,
        {
          members: { current_status: status },
        },
      );
    if (outcome.kind === "applied") await costs.keep(request.body);
    const forecast = await costs.forecastFor(outcome.row, request.body);
    return {
      ...{ applied: outcome.kind === "applied", status, generation, attempt, version },
      ...(forecast && { forecast }),
    };
  });
}
