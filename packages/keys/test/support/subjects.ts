import { randomInt } from "node:crypto";
import type { Cluster, Redis } from "ioredis";
import {
  type JobRef,
  jobRef,
  legacyProgressKey,
  parseJobId,
  parseTenantId,
  parseVideoId,
  progressKey,
  type Subject,
  statusKey,
  type TenantId,
  type VideoRef,
  videoRef,
} from "../../src/index.ts";

function known<T>(value: T | null): T {
  if (value === null) throw new Error("the test made an id that is none");
  return value;
}

export function tenant(id: number): TenantId {
  return known(parseTenantId(id));
}

export function aVideo(tenantId: number = randomInt(1, 2 ** 47), videoId: number = randomInt(1, 2 ** 47)): VideoRef {
  return videoRef(tenant(tenantId), known(parseVideoId(videoId)));
}

export function aJob(tenantId: number = randomInt(1, 2 ** 47), jobId = `test-${randomInt(2 ** 47)}`): JobRef {
  return jobRef(tenant(tenantId), known(parseJobId(jobId)));
}

/** Removes every key a test may have made for the subject, the legacy one too. */
export async function forget(redis: Redis | Cluster, ...subjects: readonly Subject[]): Promise<void> {
  const keys = subjects.flatMap((subject) => [statusKey(subject), progressKey(subject), legacyProgressKey(subject)]);
  await Promise.all(keys.map((key) => redis.unlink(key)));
}
