import { KeysArgumentError } from "./errors.ts";
import { AT_WORK_EXPIRY_SECONDS, RESULT_LIMIT_BYTES } from "./limits.ts";
import { messageHead, openObject } from "./messages.ts";
import { eventsChannel, statusKey, tenantEventsChannel } from "./redis-names.ts";
import { assertCounter } from "./runs.ts";
import { type RedisLike, scripts } from "./scripts.ts";
import { isAtWorkStatus, isFinalStatus, isStatusOf, type JobStatus, type VideoStatus } from "./states.ts";
import type { Subject } from "./subjects.ts";

/** What is written under a status key, but for `updated_at`, which is Redis's. What is null is left out. */
export interface StatusRecord {
  readonly status: VideoStatus | JobStatus;
  readonly generation: number;
  /** Counts up with each transition within the generation. */
  readonly version: number;
  readonly hls_path?: string | null | undefined;
  /** Of the output, whole seconds. */
  readonly duration?: number | null | undefined;
  readonly error_code?: string | null | undefined;
  readonly error_reason?: string | null | undefined;
  readonly error_reason_en?: string | null | undefined;
  readonly job_type?: string | null | undefined;
  /** Any JSON value. Above 10 KiB of JSON it is left out and `result_omitted` is set. */
  readonly result?: unknown;
  readonly result_omitted?: boolean | undefined;
  readonly error_message?: string | null | undefined;
}

export interface StatusOptions {
  /** Seconds after which a final status expires; without it a final status stays for ever. */
  readonly finalTtlSeconds?: number | undefined;
}

/**
 * Writes the status and publishes it on both channels, if its (generation, version) is greater than what is there;
 * what is there and cannot be read gives way. A status under work expires after 6 h unless something slides it.
 * Throws `KeysArgumentError` for a status that this kind of subject cannot have, a counter or expiry that is none, and what Redis throws.
 */
export async function writeStatus(
  redis: RedisLike,
  subject: Subject,
  record: StatusRecord,
  options: StatusOptions = {},
): Promise<{ accepted: boolean }> {
  if (!isStatusOf(subject.kind, record.status)) {
    throw new KeysArgumentError(`a ${subject.kind} has no status ${String(record.status)}`);
  }
  assertCounter("generation", record.generation);
  assertCounter("version", record.version);
  const written = await scripts.writeStatus(redis, statusKey(subject), [
    record.generation,
    record.version,
    openObject(payload(record)),
    expirySeconds(record.status, options),
    eventsChannel(subject),
    tenantEventsChannel(subject.tenantId),
    messageHead("status", subject, { attempt: null }),
  ]);
  return { accepted: written === 1 };
}

/**
 * Starts the 6 h of a status under work (PROCESSING, RUNNING) of this generation anew. `refreshed` is false where
 * the key is missing, unreadable, of another generation, or needs none because it does not expire.
 */
export async function refreshStatusExpiry(
  redis: RedisLike,
  subject: Subject,
  generation: number,
): Promise<{ refreshed: boolean }> {
  const refreshed = await scripts.refreshStatus(redis, statusKey(subject), [generation, AT_WORK_EXPIRY_SECONDS]);
  return { refreshed: refreshed === 1 };
}

/**
 * Removes the status of what was deleted, so that it reads as if it had never been. Close its progress first: the fence
 * stays, and goes with its own expiry. Throws what Redis throws.
 */
export async function deleteStatus(redis: RedisLike, subject: Subject): Promise<void> {
  await redis.unlink(statusKey(subject));
}

/** What the script takes for "no expiry". */
const NEVER = 0;

const OPTIONAL = [
  "job_type",
  "hls_path",
  "duration",
  "error_code",
  "error_reason",
  "error_reason_en",
  "error_message",
] as const satisfies readonly (keyof StatusRecord)[];

/** The scripts recognise a record by `status`, `generation` and `version` standing first, in this order. */
function payload(record: StatusRecord): object {
  const { status, generation, version } = record;
  const optional = OPTIONAL.map((name) => [name, record[name]] as const).filter(([, value]) => value !== null);
  return { status, generation, version, ...Object.fromEntries(optional), ...resultFields(record) };
}

function resultFields(record: StatusRecord): object {
  const json = JSON.stringify(record.result ?? null);
  if (record.result_omitted === true || Buffer.byteLength(json) > RESULT_LIMIT_BYTES) return { result_omitted: true };
  return json === "null" ? {} : { result: record.result };
}

function expirySeconds(status: string, options: StatusOptions): number {
  if (isAtWorkStatus(status)) return AT_WORK_EXPIRY_SECONDS;
  const { finalTtlSeconds } = options;
  if (finalTtlSeconds === undefined || !isFinalStatus(status)) return NEVER;
  if (!Number.isSafeInteger(finalTtlSeconds) || finalTtlSeconds < 1) {
    throw new KeysArgumentError(`finalTtlSeconds must be a whole number from 1, not ${String(finalTtlSeconds)}`);
  }
  return finalTtlSeconds;
}
