import { randomUUID } from "node:crypto";
import type { VideoTransitionResult } from "@lectern/contracts";
import { encodeJobId, jobRef, parseTenantId, parseVideoId, videoRef, writeProgress } from "@lectern/keys";
import { signDevToken, type TestSystem } from "@lectern/local-stack";
import { Redis } from "ioredis";
import type { Client } from "../../client.ts";
import { film } from "../../films.ts";

/** Videos at work, without anything that encodes: their worker is this process. */
export interface UnderWay {
  readonly ids: readonly number[];
  /** Does what each worker does about once a second: writes how far its video and its job are. */
  report(percent: number): Promise<void>;
  close(): void;
}

/** Takes `count` videos through upload, "upload complete" and the worker's `processing`. The system must have no worker. */
export async function putUnderWay(system: TestSystem, client: Client, count: number): Promise<UnderWay> {
  const token = await signDevToken(system.secrets, {
    audience: "media-internal",
    subject: "encode-worker",
    ttlSeconds: 3_600,
  });
  const bytes = await film(1);
  const tenantId = parseTenantId(client.tenant);
  if (tenantId === null) throw new Error(`${client.tenant} is no tenant`);

  async function begin(): Promise<number> {
    const id = await client.upload(bytes);
    const confirmed = await client.complete(id);
    if (confirmed.status !== 200) throw new Error(`complete: ${confirmed.status} ${confirmed.body.detail}`);
    const answer = await fetch(`${system.urls.internal}/internal/v1/videos/${id}/transitions`, {
      method: "POST",
      headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
      body: JSON.stringify({
        transition: "processing",
        tenant_id: client.tenant,
        generation: 1,
        run_token: randomUUID(),
      }),
    });
    const { status } = (await answer.json()) as VideoTransitionResult;
    if (status !== "PROCESSING") throw new Error(`processing: ${answer.status}`);
    return id;
  }

  const ids = await Promise.all(Array.from({ length: count }, begin));
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
    close: () => redis.disconnect(),
  };
}
