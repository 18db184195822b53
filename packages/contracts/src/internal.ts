import { type Static, Type } from "typebox";
import { Counter, Nullable, TenantIdField, Text, VideoStatus } from "./common.ts";

const Generation = Counter();
const Attempt = Counter();
/** Any string unique to the run; for BullMQ its lock token. */
const RunToken = Text({ minLength: 1, maxLength: 200 });
const Run = { tenant_id: TenantIdField, generation: Generation, attempt: Attempt, run_token: RunToken };
const Started = { tenant_id: TenantIdField, generation: Generation, run_token: RunToken };

const Seconds = Type.Number({ minimum: 0, maximum: 1e7 });
const Name = Text({ minLength: 1, maxLength: 64 });

/**
 * What a finished encode took, step by step, beside what the worker's built-in figures say: later forecasts learn from
 * the ratio. `profile` names what runs must have in common to be compared (model, processors, preset), `kind` the sort
 * of file; `facts` is kept for who wants to fit the figures anew.
 */
export const EncodeCost = Type.Object({
  profile: Name,
  kind: Name,
  facts: Type.Record(Type.String({ maxLength: 64 }), Type.Number(), { maxProperties: 32 }),
  steps: Type.Array(Type.Object({ step: Name, seconds: Seconds, expected: Seconds }), { maxItems: 16 }),
});
export type EncodeCost = Static<typeof EncodeCost>;

/** What was learned of one step: the median of actual / built-in seconds. `kind` is "*" for all kinds together. */
export const LearnedCost = Type.Object({
  kind: Type.String(),
  step: Type.String(),
  runs: Type.Integer({ minimum: 1 }),
  ratio: Type.Number({ exclusiveMinimum: 0 }),
  spread: Type.Number({ minimum: 0, description: "Standard deviation of the ratio's logarithm, from the median" }),
});
export type LearnedCost = Static<typeof LearnedCost>;

/** What a worker forecasts from before it has looked at the file. */
export const EncodeForecast = Type.Object({
  size_bytes: Type.Integer({ minimum: 0 }),
  probe: Type.Unknown({ description: 'What the probe at "upload complete" found, or null' }),
  learned: Type.Array(LearnedCost),
});
export type EncodeForecast = Static<typeof EncodeForecast>;

/**
 * `POST /internal/v1/videos/{id}/transitions`. `processing` counts an attempt, once for each `run_token`; a tenant that
 * has as many runs as it may is answered 429 `TENANT_RUNNING_LIMIT`: no attempt was counted, and the job is to be put
 * back as delayed by `Retry-After`. It is promoted as soon as there is room.
 */
export const VideoTransition = Type.Union([
  Type.Object({
    transition: Type.Literal("processing"),
    ...Started,
    profile: Type.Optional(Text({ minLength: 1, maxLength: 64 })),
  }),
  Type.Object({ transition: Type.Literal("released"), ...Run, detail: Type.Optional(Text({ maxLength: 4000 })) }),
  Type.Object({
    transition: Type.Literal("ready"),
    ...Run,
    hls_path: Text({ minLength: 1, maxLength: 500 }),
    duration: Counter({ description: "Whole seconds of the output" }),
    result: Type.Optional(Type.Unknown()),
    /** An `EncodeCost`, or null. What is none is ignored: nobody's READY fails for it. */
    cost: Type.Optional(Type.Unknown()),
  }),
  Type.Object({
    transition: Type.Literal("failed"),
    ...Run,
    error_code: Text({ minLength: 1, maxLength: 64 }),
    detail: Type.Optional(Text({ maxLength: 4000 })),
  }),
]);
export type VideoTransition = Static<typeof VideoTransition>;

/** `applied: false`: it was so already, with the same meaning. `attempt` and `source` are what a worker starts from. */
export const VideoTransitionResult = Type.Object({
  applied: Type.Boolean(),
  status: VideoStatus,
  generation: Type.Integer(),
  attempt: Type.Integer(),
  version: Type.Integer(),
  /** Answered to `processing` with a `profile`. */
  forecast: Type.Optional(EncodeForecast),
});
export type VideoTransitionResult = Static<typeof VideoTransitionResult>;

/** `GET /internal/v1/videos/{id}?tenant_id=`: what a worker needs to know of a video. */
export const InternalVideo = Type.Object({
  id: Type.Integer(),
  tenant_id: Type.Integer(),
  status: VideoStatus,
  generation: Type.Integer(),
  attempt: Type.Integer(),
  version: Type.Integer(),
  filename: Type.String(),
  source: Nullable(Type.Object({ key: Type.String(), etag: Type.String(), size_bytes: Type.Integer() })),
});
export type InternalVideo = Static<typeof InternalVideo>;

export const InternalVideoQuery = Type.Object({
  tenant_id: Type.String({ description: "Whose video it is", examples: ["7"] }),
});

/** `POST /internal/v1/videos/{id}/urgent`. `applied: false`: it was so already, or the video does not wait. */
export const MakeUrgent = Type.Object({ tenant_id: TenantIdField });
export const MakeUrgentResult = Type.Object({ applied: Type.Boolean(), status: VideoStatus, urgent: Type.Boolean() });

/** `POST /internal/v1/tenants/{id}/share`: media time in proportion to those who have work waiting too; usually 1. */
export const TenantShare = Type.Object({ weight: Type.Number({ minimum: 0.1, maximum: 100 }) });

const TENANT_LIMITS = {
  running: Nullable(Counter({ description: "Encodes at once" })),
  queued: Nullable(Counter({ description: "Videos that wait or are at work" })),
  hours_a_day: Nullable(
    Type.Number({ exclusiveMinimum: 0, maximum: 1_000_000, description: "Hours of media taken in 24 hours" }),
  ),
};
/** Limits of a tenant; null is none. */
export const TenantLimits = Type.Object(TENANT_LIMITS);
export type TenantLimits = Static<typeof TenantLimits>;

/** `POST /internal/v1/tenants/{id}/limits`: all three at once; what is left out follows the default. */
export const TenantLimitsChange = Type.Partial(Type.Object(TENANT_LIMITS), { additionalProperties: false });
export type TenantLimitsChange = Static<typeof TenantLimitsChange>;

/** `POST /internal/v1/jobs/{job_id}/transitions`, for jobs of other teams' workers. */
export const JobTransition = Type.Union([
  Type.Object({ transition: Type.Literal("running"), ...Started }),
  Type.Object({ transition: Type.Literal("done"), ...Run, result: Type.Optional(Type.Unknown()) }),
  Type.Object({ transition: Type.Literal("failed"), ...Run, error_message: Text({ minLength: 1, maxLength: 4000 }) }),
]);
export type JobTransition = Static<typeof JobTransition>;

export const JobTransitionResult = Type.Object({
  applied: Type.Boolean(),
  status: Type.String(),
  generation: Type.Integer(),
  attempt: Type.Integer(),
  version: Type.Integer(),
});
export type JobTransitionResult = Static<typeof JobTransitionResult>;
