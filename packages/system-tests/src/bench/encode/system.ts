import { readFile } from "node:fs/promises";
import { eventsChannel, parseTenantId, parseVideoId, videoRef } from "@lectern/keys";
import { randomTenant, startTestSystem } from "@lectern/local-stack";
import { Redis } from "ioredis";
import { signIn } from "../../client.ts";

export interface EncodeSystem {
  /** Uploads a file and waits for READY; gives the milliseconds from PROCESSING to READY. */
  encode(path: string): Promise<number>;
  stop(): Promise<void>;
}

/** upload-service and one worker as they are shipped, as processes of their own, real servers beside them. */
export async function startEncodeSystem(): Promise<EncodeSystem> {
  const system = await startTestSystem({ only: ["upload-service", "encode-worker"] });
  const client = await signIn(system, randomTenant());
  const events = new Redis(system.redis.url);
  return {
    async encode(path) {
      const id = await client.upload(await readFile(path));
      const followed = await follow(events, client.tenant, id);
      const { status, body } = await client.complete(id);
      if (status !== 200) throw new Error(`complete: ${status} ${body.detail}`);
      return followed.elapsedMs;
    },
    async stop() {
      events.disconnect();
      await system.stop();
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
