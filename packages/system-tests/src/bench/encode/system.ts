import { type ChildProcess, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { CreatedVideo } from "@lectern/contracts";
import { eventsChannel, parseTenantId, parseVideoId, videoRef } from "@lectern/keys";
import { createDatabase, randomTenant, startRedis, testStack } from "@lectern/local-stack";
import { createLogger, loadConfig } from "@lectern/service-kit";
import { createUploadService, UploadConfig } from "@lectern/upload-service";
import { Redis } from "ioredis";
import { SignJWT } from "jose";

const WORKER = fileURLToPath(import.meta.resolve("@lectern/encode-worker/main"));

export interface EncodeSystem {
  /** Uploads a file and waits for READY; gives the milliseconds from PROCESSING to READY. */
  encode(path: string): Promise<number>;
  stop(): Promise<void>;
}

/** upload-service in this process, one worker as a process of its own, real servers beside them. */
export async function startEncodeSystem(): Promise<EncodeSystem> {
  const stack = await testStack();
  const [redis, database, scratch] = await Promise.all([
    startRedis(),
    createDatabase(),
    mkdtemp(join(tmpdir(), "lectern-bench-")),
  ]);
  const secret = () => randomBytes(24).toString("hex");
  const userSecret = secret();
  const shared = {
    REDIS_URL: redis.url,
    S3_ENDPOINT: stack.s3.endpoint,
    S3_REGION: stack.s3.region,
    S3_BUCKET: stack.s3.bucket,
    S3_ACCESS_KEY_ID: stack.s3.accessKeyId,
    S3_SECRET_ACCESS_KEY: stack.s3.secretAccessKey,
    INTERNAL_JWT_SECRET: secret(),
    FFMPEG_PATH: stack.ffmpeg,
    FFPROBE_PATH: stack.ffprobe,
  };
  const config = loadConfig(UploadConfig, { ...shared, DATABASE_URL: database.url, JWT_HS256_SECRET: userSecret });
  const upload = await createUploadService(config, createLogger({ service: "upload-service", level: "error" }));
  const internalUrl = await upload.internalApp.listen({ host: "127.0.0.1", port: 0 });
  const worker: ChildProcess = spawn(process.execPath, [WORKER], {
    env: { ...shared, UPLOAD_INTERNAL_URL: internalUrl, SCRATCH_DIR: scratch, LOG_LEVEL: "error" },
    stdio: ["ignore", "inherit", "inherit"],
  });
  const events = new Redis(redis.url);
  const tenant = randomTenant();

  async function call(url: string, payload: object): Promise<string> {
    const token = await new SignJWT({ sub: "bench", tenant_id: tenant })
      .setProtectedHeader({ alg: "HS256" })
      .setAudience("media-api")
      .setExpirationTime("5m")
      .sign(new TextEncoder().encode(userSecret));
    const headers = { authorization: `Bearer ${token}` };
    const answer = await upload.publicApp.inject({ method: "POST", url, headers, payload });
    if (answer.statusCode >= 300) throw new Error(`${url}: ${answer.statusCode} ${answer.body}`);
    return answer.body;
  }

  return {
    async encode(path) {
      const bytes = await readFile(path);
      const about = { title: "Bench", filename: "bench.mp4", content_type: "video/mp4", size_bytes: bytes.length };
      const video = JSON.parse(await call("/api/v1/media/videos/", about)) as CreatedVideo;
      const put = await fetch(video.upload.url, { method: "PUT", headers: video.upload.headers, body: bytes });
      if (!put.ok) throw new Error(`PUT: ${put.status}`);
      const followed = await follow(events, tenant, video.id);
      await call(`/api/v1/media/videos/${video.id}/upload/complete/`, {});
      return followed.elapsedMs;
    },
    async stop() {
      worker.kill("SIGTERM");
      await once(worker, "exit");
      events.disconnect();
      await upload.shutdown.stop("bench over");
      await Promise.all([redis.stop(), database.drop(), rm(scratch, { recursive: true, force: true })]);
    },
  };
}

interface StatusMessage {
  kind: string;
  status?: string;
  error_code?: string;
}

/** The time between the news of PROCESSING and that of READY. Subscribed when the outer promise resolves. */
async function follow(events: Redis, tenant: number, video: number): Promise<{ elapsedMs: Promise<number> }> {
  const [tenantId, videoId] = [parseTenantId(tenant), parseVideoId(video)];
  if (tenantId === null || videoId === null) throw new Error("ids that are none");
  const channel = eventsChannel(videoRef(tenantId, videoId));
  const elapsedMs = new Promise<number>((resolve, reject) => {
    let began = Number.NaN;
    const hear = (from: string, text: string): void => {
      const message = JSON.parse(text) as StatusMessage;
      if (from !== channel || message.kind !== "status") return;
      if (message.status === "PROCESSING") began = performance.now();
      if (message.status === "FAILED") reject(new Error(`FAILED: ${message.error_code}`));
      if (message.status !== "READY") return;
      events.off("message", hear);
      resolve(performance.now() - began);
    };
    events.on("message", hear);
  });
  await events.subscribe(channel);
  return { elapsedMs };
}
