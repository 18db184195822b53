import { type Static, type TSchema, Type } from "typebox";

/**
 * What is not known is null: the field is always there. Written as a list of JSON types wherever the schema has one,
 * since a serialiser compiled from `anyOf` validates at run time, several times slower.
 */
export const Nullable = <T extends TSchema>(schema: T) =>
  Type.Unsafe<Static<T> | null>(
    "type" in schema && typeof schema.type === "string" && !("enum" in schema)
      ? { ...schema, type: [schema.type, "null"] }
      : { anyOf: [schema, { type: "null" }] },
  );

/** One of a few words. */
export const OneOf = <const T extends readonly string[]>(words: T) =>
  Type.Unsafe<T[number]>({ type: "string", enum: [...words] });

/** RFC 3339, UTC, milliseconds. */
export const Timestamp = Type.String({ description: "RFC 3339, UTC" });

/** A path parameter as it came: parsed into a branded id by the handler, so that a malformed one gets its own error. */
export const IdParams = Type.Object({
  id: Type.String({ description: "Of the video: a whole number from 1, without leading zeros", examples: ["42"] }),
});
export const TenantIdParams = Type.Object({
  id: Type.String({ description: "Of the tenant: a whole number from 1, without leading zeros", examples: ["7"] }),
});
export const JobIdParams = Type.Object({
  job_id: Type.String({ description: "1 to 64 letters, digits, _ and -", examples: ["import-42"] }),
});

/** PostgreSQL text cannot hold NUL. */
const NO_NUL = "^[^\\u0000]*$";
export const Text = (options: { minLength?: number; maxLength: number; description?: string; examples?: string[] }) =>
  Type.String({ ...options, pattern: NO_NUL });

/** A whole number from 1 that PostgreSQL's `integer` holds. */
export const Counter = (options: { description?: string } = {}) =>
  Type.Integer({ ...options, minimum: 1, maximum: 2_147_483_647 });

export const TenantIdField = Type.Union([Type.Integer({ minimum: 1 }), Type.String({ pattern: "^[1-9][0-9]{0,15}$" })]);

export const VIDEO_STATES = ["PENDING", "UPLOADED", "PROCESSING", "READY", "FAILED"] as const;
export const VideoStatus = OneOf(VIDEO_STATES);
export type VideoStatus = Static<typeof VideoStatus>;

export const JOB_STATES = ["PENDING", "RUNNING", "DONE", "FAILED"] as const;
export const JobStatus = OneOf(JOB_STATES);
export type JobStatus = Static<typeof JobStatus>;
