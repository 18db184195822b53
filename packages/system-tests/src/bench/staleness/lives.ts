import { type VideoRef, writeProgress, writeStatus } from "@lectern/keys";
import type { Redis } from "ioredis";
import type { Timeline } from "./timeline.ts";

export interface Life {
  readonly video: VideoRef;
  readonly timeline: Timeline;
  /** Whether the last state is written. */
  isOver: boolean;
}

const STEP = { step: "transcoding", stepIndex: 4, stepTotal: 7, stepPercent: 41, remainingSeconds: 73 };
const FINAL = { version: 3, hls_path: "master.m3u8", duration: 60 } as const;
const WRONG = { error_code: "TIMEOUT", error_reason: "시간이 초과되었습니다.", error_reason_en: "It took too long." };

/**
 * Lives one video through its states, one write at a time with `pauseMs` between: PROCESSING, some percents, READY or
 * FAILED, and retried (the next generation) until `until`. The last state is final.
 */
export async function live(redis: Redis, life: Life, pauseMs: number, until: () => boolean): Promise<void> {
  const { video, timeline } = life;
  const pause = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, pauseMs * (0.5 + Math.random())));
  const write = async (said: Parameters<Timeline["begins"]>[0], command: () => Promise<unknown>): Promise<void> => {
    const { done } = timeline.begins(said);
    await command();
    done();
    await pause();
  };
  for (let generation = 1; ; generation += 1) {
    const run = { generation, attempt: 1 };
    await write({ generation, status: "UPLOADED", progress: 0 }, () =>
      writeStatus(redis, video, { status: "UPLOADED", generation, version: 1 }),
    );
    await write({ generation, status: "PROCESSING", progress: 0 }, () =>
      writeStatus(redis, video, { status: "PROCESSING", generation, version: 2 }),
    );
    const percents = 3 + Math.floor(Math.random() * 5);
    for (let percent = 1; percent <= percents; percent += 1)
      await write({ generation, status: "PROCESSING", progress: percent }, () =>
        writeProgress(redis, video, { run, percent, ...STEP }),
      );
    const over = until();
    if (over || generation % 2 === 0)
      await write({ generation, status: "READY", progress: 100 }, () =>
        writeStatus(redis, video, { status: "READY", generation, ...FINAL }),
      );
    else
      await write({ generation, status: "FAILED", progress: percents }, () =>
        writeStatus(redis, video, { status: "FAILED", generation, version: 3, ...WRONG }),
      );
    life.isOver = over;
    if (over) return;
  }
}
