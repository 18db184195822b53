import { type Static, type TSchema, Type } from "typebox";

/** What is not known is null: the field is always there. */
export const Nullable = <T extends TSchema>(schema: T) => Type.Union([schema, Type.Null()]);

/** RFC 3339, UTC, milliseconds. */
export const Timestamp = Type.String({ description: "RFC 3339, UTC" });

/** A path parameter as it came: parsed into a branded id by the handler, so that a malformed one gets its own error. */
export const IdParams = Type.Object({ id: Type.String() });
export const JobIdParams = Type.Object({ job_id: Type.String() });

/** PostgreSQL text cannot hold NUL. */
const NO_NUL = "^[^\\u0000]*$";
export const Text = (options: { minLength?: number; maxLength: number }) =>
  Type.String({ ...options, pattern: NO_NUL });

export const TenantIdField = Type.Union([Type.Integer({ minimum: 1 }), Type.String({ pattern: "^[1-9][0-9]{0,15}$" })]);

export const VideoStatus = Type.Union([
  Type.Literal("PENDING"),
  Type.Literal("UPLOADED"),
  Type.Literal("PROCESSING"),
  Type.Literal("READY"),
  Type.Literal("FAILED"),
]);
export type VideoStatus = Static<typeof VideoStatus>;

export const JobStatus = Type.Union([
  Type.Literal("PENDING"),
  Type.Literal("RUNNING"),
  Type.Literal("DONE"),
  Type.Literal("FAILED"),
]);
export type JobStatus = Static<typeof JobStatus>;
