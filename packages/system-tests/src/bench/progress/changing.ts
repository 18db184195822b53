import { writeProgress } from "@lectern/keys";
import { Redis } from "ioredis";
import { PROGRESS, videoOf, WIDE_KEYS } from "./prepare.ts";
import type { ServerSettings } from "./server.ts";

export const CHANGES_A_SECOND = 100;
const TICK_MS = 10;

/** Workers at work: of all videos in turn, so many a second are written, half of them among the first hundred. */
export async function startChanging(settings: ServerSettings): Promise<{ stop: () => Promise<number> }> {
  const redis = new Redis(settings.redisUrl);
  const began = performance.now();
  let written = 0;
  let failed: unknown = null;
  const under = new Set<Promise<unknown>>();
  const timer = setInterval(() => {
    const due = Math.floor(((performance.now() - began) / 1000) * CHANGES_A_SECOND);
    for (; written < due; written += 1) {
      const id = 1 + ((written * 7) % (written % 2 === 0 ? 100 : WIDE_KEYS));
      const update = { ...PROGRESS, percent: 42.5 + (written % 1_000) / 100 };
      const write = writeProgress(redis, videoOf(settings, id), { run: { generation: 1, attempt: 1 }, ...update })
        .catch((error: unknown) => {
          failed ??= error;
        })
        .finally(() => under.delete(write));
      under.add(write);
    }
  }, TICK_MS);
  return {
    /** Changes a second that were really made. */
    stop: async () => {
      clearInterval(timer);
      const seconds = (performance.now() - began) / 1000;
      await Promise.all(under);
      redis.disconnect();
      if (failed !== null) throw failed;
      return written / seconds;
    },
  };
}
