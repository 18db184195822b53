import { parseTenantId, parseVideoId, type VideoRef, videoRef, writeProgress, writeStatus } from "@lectern/keys";
import { Redis } from "ioredis";

export interface Work {
  /** Writes to each video once, evenly over a second, so many times. */
  run: (rounds: number) => Promise<void>;
  /** Writes to each at once. @returns the percent that is written */
  burst: () => Promise<number>;
  /** Makes each READY. */
  finish: () => Promise<void>;
  stop: () => void;
}

const RUN = { generation: 1, attempt: 1 };
const STEP = { step: "transcoding", stepIndex: 4, stepTotal: 7, stepPercent: 41, remainingSeconds: 73 };
const TICK_MS = 10;

/** So many videos under way. */
export async function startWork(redisUrl: string, tenant: number, count: number): Promise<Work> {
  const redis = new Redis(redisUrl, { enableAutoPipelining: true });
  redis.on("error", () => {});
  const videos = Array.from({ length: count }, (_, index) => videoOf(tenant, index + 1));
  let percent = 1;
  const write = (video: VideoRef): Promise<unknown> => writeProgress(redis, video, { run: RUN, percent, ...STEP });
  const all = (each: (video: VideoRef) => Promise<unknown>): Promise<unknown> => Promise.all(videos.map(each));
  await all((video) => writeStatus(redis, video, { status: "PROCESSING", generation: 1, version: 2 }));
  await all(write);
  return {
    run: async (rounds) => {
      const [began, under] = [performance.now(), new Set<Promise<unknown>>()];
      for (let written = 0; written < rounds * count; ) {
        const due = Math.min(rounds * count, Math.floor(((performance.now() - began) / 1000) * count));
        for (; written < due; written += 1) {
          const video = videos[written % count];
          if (written % count === 0) percent += 0.5;
          if (video === undefined) continue;
          const writing = write(video).finally(() => under.delete(writing));
          under.add(writing);
        }
        await new Promise((resolve) => setTimeout(resolve, TICK_MS));
      }
      await Promise.all(under);
    },
    burst: async () => {
      percent += 0.5;
      await all(write);
      return percent;
    },
    finish: async () => {
      const ready = { status: "READY", generation: 1, version: 3, hls_path: "master.m3u8", duration: 60 } as const;
      await all((video) => writeStatus(redis, video, ready));
    },
    stop: () => redis.disconnect(),
  };
}

function videoOf(tenant: number, id: number): VideoRef {
  const [tenantId, videoId] = [parseTenantId(tenant), parseVideoId(id)];
  if (tenantId === null || videoId === null) throw new Error(`${tenant}, ${id}: ids that are none`);
  return videoRef(tenantId, videoId);
}
