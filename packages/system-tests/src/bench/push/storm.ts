import { randomTenant, startRedis } from "@lectern/local-stack";
import autocannon from "autocannon";
import { type BenchReport, rounded } from "../report.ts";
import type { BalancerSettings } from "./balancer.ts";
import { startChild } from "./child.ts";
import type { ClientsQuestion, ClientsReport, ClientsSettings } from "./clients.ts";
import { demandOpenFiles, newSecret, tokenOf } from "./prepare.ts";
import type { Listening, ServerSettings, ServerState } from "./server.ts";
import { startWork } from "./work.ts";

const VIDEOS = 1_000;
const STREAMS = 5_000;
const POLLS_A_SECOND = 1_000;
const POLLING_CONNECTIONS = 50;
const AWAY_MS = 60_000;
const BEFORE_MS = 3_000;
const KILL_SECONDS = 10;
const PATIENCE_MS = 60_000;
const LOOK_MS = 50;
const PROMISED_MS = 5_000;

/**
 * Two processes behind a balancer, 5,000 streams and 1,000 polls a second. Redis is away for a minute and comes back; then
 * one process is killed, and its clients go on at the other. How long until every client is shown what changed right
 * after each, whether any was shown something older than before, and what anybody was refused meanwhile.
 */
export async function run(): Promise<BenchReport> {
  demandOpenFiles(STREAMS);
  const [redis, tenant, secret] = [await startRedis({ persistent: true }), randomTenant(), newSecret()];
  const token = await tokenOf(tenant, secret);
  const work = await startWork(redis.url, tenant, VIDEOS);
  const settings: ServerSettings = { redisUrl: redis.url, secret };
  const [one, two] = await Promise.all([
    startChild<object, Listening>("./server.ts", settings),
    startChild<object, Listening>("./server.ts", settings),
  ]);
  const behind: BalancerSettings = { ports: [one.first.port, two.first.port] };
  const balancer = await startChild<object, Listening>("./balancer.ts", behind);
  const clientsSettings: ClientsSettings = {
    kind: "sse",
    ports: [balancer.first.port],
    token,
    videos: VIDEOS,
    comeBack: true,
  };
  const { child: clients } = await startChild<ClientsQuestion, object>("./clients.ts", clientsSettings);
  const reportOf = (percent: number) => clients.ask<ClientsReport>({ type: "report", percent });

  /** Milliseconds until every client was shown this percent; -1 where that took too long. */
  async function untilCurrent(percent: number): Promise<number> {
    const began = performance.now();
    while (performance.now() - began < PATIENCE_MS) {
      const { behind } = await reportOf(percent);
      if (behind === 0) return performance.now() - began;
      await pause(LOOK_MS);
    }
    return -1;
  }

  try {
    await clients.ask({ type: "open", count: STREAMS });
    const polls = poll(balancer.first.port, token, (BEFORE_MS + AWAY_MS) / 1_000 + 10);
    await pause(BEFORE_MS);
    await redis.stop();
    await pause(AWAY_MS);
    await redis.start();
    const back = await untilCurrent(await work.burst());
    const afterOutage = await reportOf(0);
    const polled = await polls;

    const pollsOfKill = poll(balancer.first.port, token, KILL_SECONDS);
    await pause(BEFORE_MS);
    await one.child.end("SIGKILL");
    const other = await untilCurrent(await work.burst());
    const polledInKill = await pollsOfKill;
    await work.finish();
    const finals = await untilFinal(reportOf);
    const state = await two.child.ask<ServerState>({});
    return report({
      back,
      other,
      lost: STREAMS - finals,
      cutByOutage: afterOutage.reconnects,
      cameBack: (await reportOf(0)).reconnects - afterOutage.reconnects,
      refusals: (await reportOf(0)).refusals,
      older: (await reportOf(0)).older,
      polls: polled["2xx"] + polledInKill["2xx"],
      poll5xx: polled["5xx"] + polledInKill["5xx"],
      cutByKill: polledInKill.errors + polledInKill.timeouts,
      pollErrors: polled.errors + polled.timeouts,
      pollP99Ms: polled.latency.p99,
      crashes: Number(two.child.died()),
      megabytes: state.rss / 1024 / 1024,
    });
  } finally {
    work.stop();
    await Promise.all([clients.end(), balancer.child.end(), two.child.end()]);
    if (!one.child.died()) await one.child.end();
    await redis.stop();
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

async function untilFinal(reportOf: (percent: number) => Promise<ClientsReport>): Promise<number> {
  const began = performance.now();
  for (;;) {
    const { finals } = await reportOf(0);
    if (finals === STREAMS || performance.now() - began > PATIENCE_MS) return finals;
    await pause(LOOK_MS);
  }
}

function poll(port: number, token: string, seconds: number): Promise<autocannon.Result> {
  const requests = Array.from({ length: VIDEOS }, (_, index) => ({ path: `/media/videos/${index + 1}/progress/` }));
  return Promise.resolve(
    autocannon({
      url: `http://127.0.0.1:${port}`,
      connections: POLLING_CONNECTIONS,
      overallRate: POLLS_A_SECOND,
      duration: seconds,
      headers: { authorization: `Bearer ${token}` },
      requests,
    }),
  );
}

interface Storm {
  back: number;
  other: number;
  lost: number;
  older: number;
  cutByKill: number;
  cutByOutage: number;
  cameBack: number;
  refusals: Record<string, number>;
  polls: number;
  poll5xx: number;
  pollErrors: number;
  pollP99Ms: number;
  crashes: number;
  megabytes: number;
}

function report(storm: Storm): BenchReport {
  const refused = Object.values(storm.refusals).reduce((sum, count) => sum + count, 0);
  const rows = [
    ["Redis back to every client current, ms", `${PROMISED_MS}`, storm.back.toFixed(0)],
    ["streams cut by the outage", "0", `${storm.cutByOutage}`],
    ["polls answered", "", `${storm.polls}`],
    ["polls answered 5xx", "0", `${storm.poll5xx}`],
    ["polls not answered in the outage", "0", `${storm.pollErrors}`],
    ["polls, p99 ms", "500", `${storm.pollP99Ms}`],
    ["process killed to every client current at the other, ms", `${PROMISED_MS}`, storm.other.toFixed(0)],
    ["streams that came back there", "", `${storm.cameBack}`],
    ["polls whose connection the killed process had", "", `${storm.cutByKill}`],
    ["states older than one shown before", "0", `${storm.older}`],
    ["streams refused", "0", `${refused}`],
    ["final states lost", "0", `${storm.lost}`],
    ["crashes", "0", `${storm.crashes}`],
    ["memory of the process that has all, MB", "", storm.megabytes.toFixed(0)],
  ];
  return {
    table: { columns: [`${STREAMS} streams, ${POLLS_A_SECOND} polls/s`, "promised", "measured"], rows },
    figures: {
      bench: "storm",
      ratio: rounded(Math.max(storm.back, storm.other), 0),
      redis_back_ms: rounded(storm.back, 0),
      other_process_ms: rounded(storm.other, 0),
      streams: STREAMS,
      streams_cut_by_outage: storm.cutByOutage,
      streams_come_back: storm.cameBack,
      streams_refused: refused,
      polls: storm.polls,
      polls_5xx: storm.poll5xx,
      polls_unanswered: storm.pollErrors,
      polls_cut_by_kill: storm.cutByKill,
      older_after_newer: storm.older,
      polls_p99_ms: storm.pollP99Ms,
      lost_finals: storm.lost,
      crashes: storm.crashes,
    },
  };
}
