import type { Problem, VideoDetail } from "@lectern/contracts";
import { masterPlaylistKey, type TenantId, type VideoId, videoPrefix, videoRef, writeProgress } from "@lectern/keys";
import { Redis } from "ioredis";
import pg from "pg";
import type { Test } from "tap";
import type { Either, TestService } from "./service.ts";

/** What a user does with a video. */
export const act = (s: TestService, id: number, action: string, tenant = s.tenant) =>
  s.call<Either<VideoDetail>>("POST", `/api/v1/media/videos/${id}/${action}/`, undefined, { tenant });
export const remove = (s: TestService, id: number, tenant = s.tenant) =>
  s.call<Problem>("DELETE", `/api/v1/media/videos/${id}/`, undefined, { tenant });
export const read = (s: TestService, id: number) => s.call<Either<VideoDetail>>("GET", `/api/v1/media/videos/${id}/`);

/** What a worker reports of its run. */
export const say = (s: TestService, id: number, transition: string, rest: object = {}) =>
  s.internal<Problem>("POST", `/internal/v1/videos/${id}/transitions`, {
    transition,
    tenant_id: s.tenant,
    generation: 1,
    run_token: "lock",
    ...rest,
  });
export const ready = (s: TestService, id: number, attempt: number, rest: object = {}) => {
  const hls_path = masterPlaylistKey(s.tenant as TenantId, id as VideoId, { generation: 1, attempt });
  return say(s, id, "ready", { attempt, hls_path, duration: 1, ...rest });
};

export async function redisOf(t: Test, s: TestService): Promise<Redis> {
  const redis = new Redis(s.redis.url, { maxRetriesPerRequest: null });
  t.teardown(() => redis.disconnect());
  return redis;
}

export async function databaseOf(t: Test, s: TestService): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: s.database.url });
  await client.connect();
  t.teardown(() => client.end());
  return client;
}

/** The progress write that a worker at work makes each second. */
export async function heartbeat(redis: Redis, s: TestService, id: number, attempt = 1) {
  const update = {
    run: { generation: 1, attempt },
    percent: 10,
    step: "transcoding",
    stepIndex: 4,
    stepTotal: 7,
    stepPercent: 5,
    remainingSeconds: 9,
  };
  return writeProgress(redis, videoRef(s.tenant as TenantId, id as VideoId), update);
}

/** The names of a video's objects, below its prefix. */
export async function objectsOf(s: TestService, id: number): Promise<string[]> {
  const prefix = videoPrefix(s.tenant as TenantId, id as VideoId);
  const names: string[] = [];
  for await (const { key } of s.store.list(prefix)) names.push(key.slice(prefix.length));
  return names;
}

/** Puts an object below a video's prefix. */
export const store = (s: TestService, id: number, name: string) =>
  s.store.put(videoPrefix(s.tenant as TenantId, id as VideoId) + name, Buffer.from("x"), { contentType: "video/mp4" });

/** Lets what is due later be due now, and waits until it was done. */
export async function sweepNow(s: TestService): Promise<void> {
  const client = new pg.Client({ connectionString: s.database.url });
  await client.connect();
  try {
    await client.query("update outbox set lease_until = now() where delivered_at is null");
    while ((await client.query("select 1 from outbox where delivered_at is null limit 1")).rowCount !== 0);
  } finally {
    await client.end();
  }
}
