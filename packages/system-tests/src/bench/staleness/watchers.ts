import http from "node:http";
import type { Life } from "./lives.ts";
import type { Judge, Said, Timeline } from "./timeline.ts";

export interface Asked {
  port: number;
  token: string;
  lives: readonly Life[];
  until: () => boolean;
}

type Answer = Said & { known: boolean };

/** Polls one video after the other on one connection, with `pauseMs` between, and has each answer judged. */
export async function poll({ port, token, lives, until }: Asked, judge: Judge, pauseMs: number): Promise<void> {
  const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
  const shown = new Map<Timeline, number>();
  while (!until()) {
    const life = lives[Math.floor(Math.random() * lives.length)];
    if (life === undefined) break;
    const askedAt = performance.now();
    const path = `/media/videos/${life.video.videoId}/progress/`;
    const text = await get({ host: "127.0.0.1", port, path, agent, headers: { authorization: `Bearer ${token}` } });
    judge.see(life.timeline, shown, JSON.parse(text) as Answer, askedAt);
    await new Promise((resolve) => setTimeout(resolve, pauseMs * 2 * Math.random()));
  }
  agent.destroy();
}

function get(options: http.RequestOptions): Promise<string> {
  return new Promise((resolve, reject) => {
    const request = http.get(options, (response) => {
      let text = "";
      response.setEncoding("utf8");
      response.on("data", (chunk: string) => {
        text += chunk;
      });
      response.on("end", () => resolve(text));
    });
    request.on("error", reject);
  });
}

/** What FAILED may be retried: the stream is opened anew. */
const COME_BACK_MS = 200;

/** A stream of one video, opened anew when it ends with a final state. */
export interface Follower {
  /** Place of the last state that was shown. */
  last: () => number;
  close: () => void;
}

export function follow({ port, token }: Asked, life: Life, judge: Judge): Follower {
  const shown = new Map<Timeline, number>();
  const last = (): number => shown.get(life.timeline) ?? -1;
  let closed = false;
  let request: http.ClientRequest | null = null;
  const open = (): void => {
    const path = `/media/videos/${life.video.videoId}/progress/stream`;
    request = http.get({ host: "127.0.0.1", port, path, agent: false, headers: { authorization: `Bearer ${token}` } });
    request.on("error", () => {});
    request.on("response", (response) => {
      let rest = "";
      response.setEncoding("utf8");
      response.on("error", () => {});
      response.on("data", (chunk: string) => {
        const at = performance.now();
        rest += chunk;
        const events = rest.split("\n\n");
        rest = events.pop() ?? "";
        for (const event of events) {
          const data = /^id: .*\ndata: (.*)$/m.exec(event)?.[1];
          if (data !== undefined) judge.see(life.timeline, shown, JSON.parse(data) as Answer, at);
        }
      });
      response.on("end", () => {
        if (!closed && !(life.isOver && last() === life.timeline.last())) setTimeout(open, COME_BACK_MS);
      });
    });
  };
  open();
  return {
    last,
    close: () => {
      closed = true;
      request?.destroy();
    },
  };
}
