import { type Static, Type } from "typebox";

/** Payload of a job in the encode queue: names the work and nothing more; the worker asks upload-service for the rest. */
export const EncodeJob = Type.Object({
  tenant_id: Type.Integer({ minimum: 1 }),
  video_id: Type.Integer({ minimum: 1 }),
  generation: Type.Integer({ minimum: 1 }),
});
export type EncodeJob = Static<typeof EncodeJob>;

/** Name under which encode jobs stand in the queue and in the jobs table. */
export const ENCODE_JOB_TYPE = "video_encode";
