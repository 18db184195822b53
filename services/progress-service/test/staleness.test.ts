import { parseVideoId, progressKey, type VideoRef, videoRef, writeProgress, writeStatus } from "@lectern/keys";
import { Redis } from "ioredis";
import t from "tap";
import { LISTENER, watchChanges } from "../src/changes.ts";
import { FRESH_MS } from "../src/views.ts";
import { startApp, type TestApp } from "./support/app.ts";
import { type Answered, History } from "./support/history.ts";
import { redisBehindProxy } from "./support/redis-behind-proxy.ts";

const VIDEOS = 6;
const POLLERS = 6;
const ANSWERS_A_TURN = 12;
const RUN = { generation: 1, attempt: 1 };
const AT_WORK = { status: "PROCESSING", generation: 1, version: 1 } as const;

/** Each state that a video is put into has a number of its own, told by `remaining_seconds`: none is 0. */
const GONE = Number.POSITIVE_INFINITY;

interface Scene {
  it: TestApp;
  /** Whoever writes: on a connection that the service knows nothing of. */
  writer: Redis;
  videos: { video: VideoRef; history: History }[];
  next: () => number;
  /** Answers given so far. */
  answered: number;
}

type Write = (scene: Scene, video: VideoRef, state: number) => Promise<unknown>;

const WRITES: Write[] = [
  ({ writer }, video, state) => {
    const update = { percent: 1, step: "probing", stepIndex: 3, stepTotal: 7, stepPercent: 1, remainingSeconds: state };
    return writeProgress(writer, video, { run: RUN, ...update });
  },
  // Another team's worker: no event, no fence.
  ({ writer }, video, state) => writer.hset(progressKey(video), { remaining_seconds: state, percent: 2 }),
  ({ writer }, video, state) =>
    writer
      .multi()
      .del(progressKey(video))
      .hset(progressKey(video), { remaining_seconds: state, step: "probing" })
      .exec(),
];

async function writeOne(scene: Scene, which: number): Promise<void> {
  const { video, history } = scene.videos[which % VIDEOS] ?? {};
  const write = WRITES[which % WRITES.length];
  if (video === undefined || history === undefined || write === undefined) return;
  const state = scene.next();
  await history.record(state, () => write(scene, video, state));
}

/** One after the other, of every kind. */
async function writeAll(scene: Scene, until: () => boolean): Promise<void> {
  for (let turn = 0; !until(); turn += 1) {
    await writeOne(scene, turn);
    // So that views live long enough to be given from memory.
    const enough = scene.answered + (turn % 5) * ANSWERS_A_TURN;
    while (scene.answered < enough && !until()) await new Promise(setImmediate);
  }
}

async function flush({ writer, videos }: Scene): Promise<void> {
  const flushed = writer.flushall();
  await Promise.all(videos.map(({ history }) => history.record(GONE, () => flushed)));
}

/** Polls until `until` while something is written; gives every answer. */
async function pollWhile(scene: Scene, until: () => boolean, write: () => Promise<void>): Promise<Answered[]> {
  const answers: Answered[] = [];
  const poll = async (poller: number): Promise<void> => {
    for (let turn = poller; !until(); turn += 1) {
      const { video, history } = scene.videos[turn % VIDEOS] ?? {};
      if (video === undefined || history === undefined) return;
      await new Promise(setImmediate);
      const askedAt = performance.now();
      const { body } = await scene.it.getNow(`/media/videos/${video.videoId}/progress`);
      const state = body.known === true ? Number(body.encoding_remaining_seconds ?? 0) : GONE;
      answers.push({ poller, history, state, askedAt });
      scene.answered += 1;
    }
  };
  await Promise.all([write(), ...Array.from({ length: POLLERS }, (_, poller) => poll(poller))]);
  return answers;
}

const lasting = (ms: number): (() => boolean) => {
  const end = performance.now() + ms;
  return () => performance.now() > end;
};

t.test("no answer is older than 250 ms, and none older than the one before it", async (t) => {
  const { redis, proxy } = await redisBehindProxy(t);
  const [reader, writer] = [new Redis(redis.url, { enableAutoPipelining: true }), new Redis(redis.url)];
  const listener = new Redis(proxy.url, LISTENER);
  const changes = watchChanges({ reader, listener, onFailure: () => {} });
  t.teardown(() => {
    changes.stop();
    reader.disconnect();
    writer.disconnect();
  });
  const it = await startApp({ redis: reader, redisUrl: redis.url, changes });
  t.teardown(it.close);
  let last = 0;
  const videos = Array.from({ length: VIDEOS }, (_, index) => {
    const id = parseVideoId(index + 1);
    if (id === null) throw new Error("id");
    return { video: videoRef(it.tenantId, id), history: new History() };
  });
  const next = (): number => {
    last += 1;
    return last;
  };
  const scene: Scene = { it, writer, videos, next, answered: 0 };
  for (const { video } of videos) await writeStatus(writer, video, AT_WORK);
  while (changes.mark() === null) await new Promise(setImmediate);

  const written = (ms: number): Promise<Answered[]> => {
    const until = lasting(ms);
    return pollWhile(scene, until, () => writeAll(scene, until));
  };
  const phases: Record<string, () => Promise<Answered[]>> = {
    "while Redis tells of changes": () => written(1_200),
    "while the connection that is told hangs, and nobody knows": () => {
      proxy.hang();
      return written(1_200);
    },
    "after it was cut, and while it comes back": async () => {
      proxy.cut();
      const cut = await written(300);
      proxy.resume();
      return [...cut, ...(await written(700))];
    },
    "a flush, which no event tells of": () => pollWhile(scene, lasting(600), () => flush(scene)),
    "a flush while the connection that is told hangs": async () => {
      for (const { video } of videos) await writeStatus(writer, video, AT_WORK);
      for (const each of videos) each.history = new History();
      // What was flushed before is told of; without a watch it is known to nobody anyway.
      await changes.confirm().catch(() => {});
      proxy.hang();
      return pollWhile(scene, lasting(600), () => flush(scene));
    },
  };
  for (const [what, phase] of Object.entries(phases)) {
    const answers = await phase();
    const oldest = Math.max(...answers.map((answer) => answer.history.ageOf(answer)));
    t.ok(oldest <= FRESH_MS, `${what}: ${Math.round(oldest)} ms at most, of ${answers.length} answers`);
    t.strictSame(
      answers.filter((answer) => answer.history.wentBack(answer)).length,
      0,
      `${what}: nothing older after something newer`,
    );
  }
  const { text } = await it.getNow("/metrics");
  t.match(text, /progress_views_total\{source="memory"\} [1-9]/, "some were given from memory");
  t.match(text, /progress_views_total\{source="redis"\} [1-9]/);
});
