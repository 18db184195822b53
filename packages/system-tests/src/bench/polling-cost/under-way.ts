import type { VideoTransitionResult } from "@lectern/contracts";
import { ENCODE_QUEUE, encodeJobId, jobRef, parseTenantId, parseVideoId, videoRef, writeProgress } from "@lectern/keys";
import { signDevToken, type TestSystem } from "@lectern/local-stack";
import { type Job, Worker } from "bullmq";
import { Redis } from "ioredis";
import type { Client } from "../../client.ts";
import { film } from "../../films.ts";

/** Videos whose encodes have begun and do not end: their worker holds their jobs' locks and does nothing else. */
export interface UnderWay {
  readonly ids: readonly number[];
  /** Does what a worker does about once a second: writes how far each video and its job are. */
  report(percent: number): Promise<void>;
  close(): Promise<void>;
}

/** Takes `count` videos through upload, "upload complete" and the start of their encode. The system must have no worker. */
export async function putUnderWay(system: TestSystem, client: Client, count: number): Promise<UnderWay> {
  const tenantId = parseTenantId(client.tenant);
  if (tenantId === null) throw new Error(`${client.tenant} is no tenant`);
  const begun = Promise.withResolvers<void>();
  let beginning = count;
  const token = await signDevToken(system.secrets, {
    audience: "media-internal",
    subject: "encode-worker",
    ttlSeconds: 3_600,
  });

  async function encode(job: Job<{ video_id: number }>, runToken = ""): Promise<never> {
    try {
      await sayProcessing(`${system.urls.internal}/internal/v1/videos/${job.data.video_id}/transitions`, token, {
        transition: "processing",
        tenant_id: client.tenant,
        generation: 1,
        run_token: runToken,
      });
      beginning -= 1;
      if (beginning === 0) begun.resolve();
    } catch (error) {
      begun.reject(error);
    }
    return new Promise(() => {});
  }
  const worker = new Worker(ENCODE_QUEUE, encode, { connection: { url: system.redis.url }, concurrency: count });
  worker.on("error", () => {});

  const bytes = await film(1);
  const ids = await Promise.all(Array.from({ length: count }, () => confirmedUpload(client, bytes)));
  await begun.promise;
  const subjects = ids.flatMap((id) => {
    const videoId = parseVideoId(id);
    if (videoId === null) throw new Error(`${id} is no video`);
    return [videoRef(tenantId, videoId), jobRef(tenantId, encodeJobId(videoId, 1))];
  });
  const redis = new Redis(system.redis.url, { enableAutoPipelining: true });
  return {
    ids,
    async report(percent) {
      const update = { percent, step: "transcoding", stepIndex: 4, stepTotal: 7, stepPercent: percent };
      const run = { generation: 1, attempt: 1 };
      await Promise.all(
        subjects.map((subject) => writeProgress(redis, subject, { ...update, run, remainingSeconds: 60 })),
      );
    },
    async close() {
      redis.disconnect();
      await worker.close(true);
    },
  };
}

async function sayProcessing(url: string, token: string, body: object): Promise<void> {
  const answer = await fetch(url, {
    method: "POST",
    headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  const { status, attempt } = (await answer.json()) as VideoTransitionResult;
  if (status !== "PROCESSING" || attempt !== 1) throw new Error(`processing: ${answer.status}, attempt ${attempt}`);
}

async function confirmedUpload(client: Client, bytes: Uint8Array): Promise<number> {
  const id = await client.upload(bytes);
  const { status, body } = await client.complete(id);
  if (status !== 200) throw new Error(`complete: ${status} ${body.detail}`);
  return id;
}
