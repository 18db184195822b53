import { type CreatedVideo, ENCODE_JOB_TYPE, type Problem, type VideoDetail } from "@lectern/contracts";
import { ENCODE_QUEUE, encodeJobId, type VideoId } from "@lectern/keys";
import { createDatabase, type OwnRedis, randomTenant, startRedis, testStack } from "@lectern/local-stack";
import { createObjectStore, type ObjectStore } from "@lectern/object-store";
import { createLogger, loadConfig } from "@lectern/service-kit";
import { Queue } from "bullmq";
import { Redis } from "ioredis";
import { SignJWT } from "jose";
import pg from "pg";
import type { Test } from "tap";
import { UploadConfig } from "../../src/config.ts";
import { createUploadService, type UploadService } from "../../src/service.ts";

const USER_SECRET = "user-secret-for-tests-0123456789abcdef";
const INTERNAL_SECRET = "internal-secret-for-tests-0123456789";

/** A body that is read as either, where a test does not know which it will be. */
export type Either<T> = T & Partial<Omit<Problem, keyof T>>;

export interface Answer<T> {
  status: number;
  body: T;
  headers: Record<string, unknown>;
}

export interface TestService {
  service: UploadService;
  redis: OwnRedis;
  database: { url: string };
  tenant: number;
  /** The store that the service uses. */
  store: ObjectStore;
  /** The header of a user of `tenant`, or of the tenant given. */
  authorization(tenant?: number): Promise<string>;
  /** A call of the public API by a user of `tenant`, or of the tenant given. */
  call<T = Record<string, unknown>>(
    method: "GET" | "POST" | "DELETE",
    url: string,
    body?: object,
    options?: CallOptions,
  ): Promise<Answer<T>>;
  /** A call of the internal API by a service. A body that is a string is sent as it is, as JSON. */
  internal<T = Record<string, unknown>>(
    method: "GET" | "POST" | "DELETE",
    url: string,
    body?: object | string,
  ): Promise<Answer<T>>;
  create(overrides?: object): Promise<CreatedVideo>;
  /**
   * The answer to a call that queues a video, for tests that are not about the queue: where Redis did not answer in time
   * it is 503 although all is confirmed, and then this is 200 with the detail, once the job is in the queue.
   */
  queued(videoId: number, answer: Promise<Answer<Either<VideoDetail>>>): Promise<Answer<Either<VideoDetail>>>;
  /** Creates, PUTs `bytes` and confirms: a video with its job in the queue, and its statuses in Redis. */
  upload(bytes: Uint8Array): Promise<VideoDetail>;
  queuedJob(
    videoId: number,
    generation?: number,
  ): Promise<{ name: string; data: unknown; priority: number; state: string } | undefined>;
  /** Ends when nothing but sweeps is owed any more: what Redis was slow to take within a request the outbox delivers. */
  settled(): Promise<void>;
  /** What Redis holds under a key, as parsed JSON, once nothing is owed any more. */
  stored(key: string): Promise<Record<string, unknown> | null>;
}

export interface CallOptions {
  tenant?: number;
  headers?: Record<string, string>;
}

/** The real service on an empty database, a Redis of its own and the shared store; everything ends with the test. */
export async function startService(t: Test, overrides: Record<string, string> = {}): Promise<TestService> {
  const stack = await testStack();
  const [database, redis] = await Promise.all([createDatabase(), startRedis()]);
  const tenant = randomTenant();
  const config = loadConfig(UploadConfig, {
    DATABASE_URL: database.url,
    REDIS_URL: redis.url,
    S3_ENDPOINT: stack.s3.endpoint,
    S3_REGION: stack.s3.region,
    S3_BUCKET: stack.s3.bucket,
    S3_ACCESS_KEY_ID: stack.s3.accessKeyId,
    S3_SECRET_ACCESS_KEY: stack.s3.secretAccessKey,
    JWT_HS256_SECRET: USER_SECRET,
    INTERNAL_JWT_SECRET: INTERNAL_SECRET,
    PLAYBACK_TICKET_SECRET: "playback-secret-for-tests-0123456789",
    CORS_ORIGINS: "*",
    DRAIN_DELAY_MS: "0",
    FFMPEG_PATH: stack.ffmpeg,
    FFPROBE_PATH: stack.ffprobe,
    ...overrides,
  });
  const store = createObjectStore(stack.s3);
  const service = await createUploadService(config, createLogger({ service: "upload-service", level: "silent" }));
  t.teardown(async () => {
    await service.shutdown.stop("end of test");
    const left: string[] = [];
    for await (const { key } of store.list(`tenants/${tenant}/`)) left.push(key);
    if (left.length > 0) await store.delete(left);
    store.close();
    await Promise.all([redis.stop(), database.drop()]);
  });

  const authorization = async (of = tenant): Promise<string> =>
    `Bearer ${await sign(USER_SECRET, { sub: "teacher", tenant_id: of }, "media-api")}`;
  const call: TestService["call"] = async (method, url, body, options = {}) => {
    const headers = { authorization: await authorization(options.tenant), ...options.headers };
    return inject(service.publicApp, method, url, headers, body);
  };
  const create = async (change: object = {}): Promise<CreatedVideo> => {
    const video = {
      title: "Lecture 1",
      filename: "lecture.mp4",
      content_type: "video/mp4",
      size_bytes: 1000,
      ...change,
    };
    return (await call<CreatedVideo>("POST", "/api/v1/media/videos/", video)).body;
  };

  // Where a test gave another database, the service's is that one.
  const settled = () => untilNothingIsOwed(config.DATABASE_URL);

  const queued: TestService["queued"] = async (videoId, answer) => {
    const given = await answer;
    if (given.body.code !== "VIDEO_UPLOAD_ENQUEUE_FAILED") return given;
    await settled();
    return call("GET", `/api/v1/media/videos/${videoId}/`);
  };

  return {
    service,
    redis,
    database,
    tenant,
    store,
    authorization,
    call,
    create,
    queued,
    async internal(method, url, body) {
      const token = await sign(INTERNAL_SECRET, { sub: "encode-worker" }, "media-internal");
      const headers = { authorization: `Bearer ${token}`, "content-type": "application/json" };
      return inject(service.internalApp, method, url, headers, body);
    },
    async upload(bytes) {
      const { id, upload } = await create({ size_bytes: bytes.byteLength });
      await put(upload, bytes);
      const { status, body } = await queued(id, call("POST", `/api/v1/media/videos/${id}/upload/complete/`));
      if (status !== 200) throw new Error(`upload/complete/: ${status}`);
      await settled();
      return body;
    },
    async queuedJob(videoId, generation = 1) {
      return withRedis(redis.url, async (connection) => {
        const queue = new Queue(ENCODE_QUEUE, { connection });
        const job = await queue.getJob(encodeJobId(videoId as VideoId, generation));
        if (job === undefined) return undefined;
        return { name: job.name, data: job.data, priority: job.priority, state: await job.getState() };
      });
    },
    settled,
    async stored(key) {
      await settled();
      return withRedis(redis.url, async (connection) => {
        const text = await connection.get(key);
        return text === null ? null : (JSON.parse(text) as Record<string, unknown>);
      });
    },
  };
}

export { ENCODE_JOB_TYPE };

/** Does what the browser does with an upload target. */
export async function put(
  upload: CreatedVideo["upload"],
  bytes: Uint8Array,
  headers = upload.headers,
): Promise<number> {
  const answer = await fetch(upload.url, { method: upload.method, headers, body: Buffer.from(bytes) });
  await answer.arrayBuffer();
  return answer.status;
}

async function withRedis<T>(url: string, use: (connection: Redis) => Promise<T>): Promise<T> {
  const connection = new Redis(url, { maxRetriesPerRequest: null });
  try {
    return await use(connection);
  } finally {
    connection.disconnect();
  }
}

/** On a busy machine a delivery may have taken too long within the request: then the outbox does it. */
async function untilNothingIsOwed(databaseUrl: string): Promise<void> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    while (
      (await client.query("select 1 from outbox where delivered_at is null and kind <> 'sweep' limit 1")).rowCount !== 0
    );
  } finally {
    await client.end();
  }
}

async function sign(secret: string, claims: Record<string, unknown>, audience: string): Promise<string> {
  return new SignJWT(claims)
    .setProtectedHeader({ alg: "HS256" })
    .setAudience(audience)
    .setExpirationTime("5m")
    .sign(new TextEncoder().encode(secret));
}

async function inject<T>(
  app: UploadService["publicApp"],
  method: "GET" | "POST" | "DELETE",
  url: string,
  headers: Record<string, string>,
  body: object | string | undefined,
): Promise<Answer<T>> {
  const answer = await app.inject({ method, url, headers, ...(body === undefined ? {} : { payload: body }) });
  return {
    status: answer.statusCode,
    body: (answer.body === "" ? undefined : answer.json()) as T,
    headers: answer.headers,
  };
}
