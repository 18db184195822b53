import { parseTenantId, parseVideoId, videoRef } from "@lectern/keys";
import { randomTenant, startRedis } from "@lectern/local-stack";
import { Redis } from "ioredis";
import { startChild } from "../push/child.ts";
import { newSecret, tokenOf } from "../push/prepare.ts";
import type { Listening, ServerSettings } from "../push/server.ts";
import { type BenchReport, rounded } from "../report.ts";
import { type Life, live } from "./lives.ts";
import { Judge, Timeline } from "./timeline.ts";
import { type Asked, follow, poll } from "./watchers.ts";

const VIDEOS = 200;
const STREAMS = 400;
const POLLERS = 100;
const POLL_PAUSE_MS = 50;
const WRITE_PAUSE_MS = 400;
const PHASE_MS = 20_000;
const CUT_EVERY_MS = 1_000;
const SETTLED_MS = 1_000;
const PROMISED_MS = 250;

/**
 * How old an answer can be: each poll and each state of a stream is compared with what Redis held at the time, while
 * videos go through all their states, failures and retries; first with the service left alone, then with its
 * subscriptions cut once a second. A poll is judged by the moment it was asked, a stream by the moment of arrival.
 */
export async function run(): Promise<BenchReport> {
  const [redis, tenant, secret] = [await startRedis(), randomTenant(), newSecret()];
  const settings: ServerSettings = { redisUrl: redis.url, secret };
  const { child: server, first } = await startChild<object, Listening>("./server.ts", settings);
  const [token, writer] = [await tokenOf(tenant, secret), new Redis(redis.url, { enableAutoPipelining: true })];
  const lives = Array.from({ length: VIDEOS }, (_, index) => lifeOf(tenant, index + 1));
  const began = performance.now();
  const isCut = (): boolean => performance.now() > began + PHASE_MS;
  const until = (): boolean => performance.now() > began + 2 * PHASE_MS;
  const phases = { calm: [new Judge(), new Judge()], cut: [new Judge(), new Judge()] } as const;
  const asked: Asked = { port: first.port, token, lives, until };
  let cuts = 0;
  const cutting = setInterval(() => {
    if (!isCut() || until()) return;
    cuts += 1;
    // Whoever listens, nobody else: the reader's connection goes on.
    writer.client("KILL", "TYPE", "pubsub").catch(() => {});
  }, CUT_EVERY_MS);
  try {
    const lived = lives.map((life) => live(writer, life, WRITE_PAUSE_MS, until));
    await new Promise((resolve) => setTimeout(resolve, WRITE_PAUSE_MS * 2));
    // Judged by the phase that the answer falls into.
    const polls = phased(phases.calm[0], phases.cut[0], isCut);
    const streams = phased(phases.calm[1], phases.cut[1], isCut);
    const followers = Array.from({ length: STREAMS }, (_, index) =>
      follow(asked, lives[index % VIDEOS] as Life, streams),
    );
    await Promise.all(Array.from({ length: POLLERS }, () => poll(asked, polls, POLL_PAUSE_MS)));
    await Promise.all(lived);
    await new Promise((resolve) => setTimeout(resolve, SETTLED_MS));
    const lost = followers.filter((one, index) => one.last() !== lives[index % VIDEOS]?.timeline.last()).length;
    for (const one of followers) one.close();
    return report(phases, { lost, cuts, writes: lives.reduce((sum, { timeline }) => sum + timeline.last() + 1, 0) });
  } finally {
    clearInterval(cutting);
    writer.disconnect();
    await server.end();
    await redis.stop();
  }
}

/** One judge in the place of two, the second one's turn beginning when `isSecond` says so. */
function phased(one: Judge, two: Judge, isSecond: () => boolean): Judge {
  const judge = new Judge();
  judge.see = (...args) => (isSecond() ? two : one).see(...args);
  return judge;
}

function lifeOf(tenant: number, id: number): Life {
  const [tenantId, videoId] = [parseTenantId(tenant), parseVideoId(id)];
  if (tenantId === null || videoId === null) throw new Error(`${tenant}, ${id}: ids that are none`);
  return { video: videoRef(tenantId, videoId), timeline: new Timeline(), isOver: false };
}

function at(ages: readonly number[], share: number): number {
  const sorted = Float64Array.from(ages).sort();
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

function report(
  phases: Record<"calm" | "cut", readonly [Judge, Judge]>,
  { lost, cuts, writes }: { lost: number; cuts: number; writes: number },
): BenchReport {
  const judges = {
    polls: phases.calm[0],
    polls_cut: phases.cut[0],
    streams: phases.calm[1],
    streams_cut: phases.cut[1],
  };
  const all = Object.values(judges);
  const row = (what: string, promised: string, figure: (judge: Judge) => number) => [
    what,
    promised,
    ...all.map((judge) => String(figure(judge))),
  ];
  const ages = (share: number) => (judge: Judge) => rounded(at(judge.ages, share), 0);
  const figures = Object.entries(judges).flatMap(([name, judge]): [string, number][] => [
    [`${name}_answers`, judge.answers],
    [`${name}_age_p99_ms`, ages(0.99)(judge)],
    [`${name}_age_max_ms`, ages(1)(judge)],
  ]);
  const sum = (figure: (judge: Judge) => number): number => all.reduce((total, judge) => total + figure(judge), 0);
  return {
    table: {
      columns: [`${VIDEOS} videos, ${writes} writes`, "promised", "polls", "polls, cut", "streams", "streams, cut"],
      rows: [
        row("answers", "", ({ answers }) => answers),
        row("age, p99 ms", "", ages(0.99)),
        row("age, oldest, ms", `${PROMISED_MS}`, ages(1)),
        row("older than one before", "0", ({ older }) => older),
        row("never so in Redis", "0", ({ untrue }) => untrue),
        row("default in the place of a state", "0", ({ unknown }) => unknown),
        ["streams without the last state", "0", "", "", String(lost), ""],
      ],
    },
    figures: {
      bench: "staleness",
      ratio: Math.max(...all.map(ages(1))),
      writes,
      subscriptions_cut: cuts,
      older_after_newer: sum(({ older }) => older),
      untrue: sum(({ untrue }) => untrue),
      defaults: sum(({ unknown }) => unknown),
      streams_without_last: lost,
      ...Object.fromEntries(figures),
    },
  };
}
