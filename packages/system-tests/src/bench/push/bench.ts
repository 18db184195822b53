import { randomTenant, startRedis } from "@lectern/local-stack";
import { type BenchReport, rounded } from "../report.ts";
import type { BareQuestion } from "./bare-server.ts";
import { type Child, startChild } from "./child.ts";
import type { ClientsQuestion, ClientsReport, ClientsSettings } from "./clients.ts";
import { demandOpenFiles, newSecret, tokenOf } from "./prepare.ts";
import type { Listening, ServerSettings, ServerState } from "./server.ts";
import { startWork, type Work } from "./work.ts";

const VIDEOS = 1_000;
const CLIENTS_A_VIDEO = 10;
const CLIENTS = VIDEOS * CLIENTS_A_VIDEO;
/** Before memory is first looked at, so that what a process makes once is not counted as its clients'. */
const WARM_UP = 200;
const ROUNDS = 20;
const SETTLED_MS = 1_000;
const FINALS_WITHIN_MS = 15_000;
const PROMISED = { kilobytes: 30, p99Ms: 250, lost: 0 };

interface Bare {
  kilobytes: number;
  p50Ms: number;
  p99Ms: number;
}

interface Pushed extends Bare {
  maxMs: number;
  /** States shown for each that was due. */
  share: number;
  lost: number;
  cpuShare: number;
}

type Kind = ClientsSettings["kind"];

/**
 * Ten thousand clients on one process, ten for each of a thousand videos that change once a second: what a client
 * takes in memory, how long a change takes from Redis's clock to the client, and whether each is shown the final state.
 * First as EventSource, then as WebSocket. Beside it a bare node:http that makes up the changes itself: what of the time
 * is the machine's and the load generator's own.
 */
export async function run(): Promise<BenchReport> {
  demandOpenFiles(CLIENTS);
  const redis = await startRedis();
  try {
    const bare = await measureBare();
    const pushed: Record<Kind, Pushed> = {
      sse: await measurePush("sse", redis.url),
      ws: await measurePush("ws", redis.url),
    };
    return report(bare, pushed);
  } finally {
    await redis.stop();
  }
}

async function measureBare(): Promise<Bare> {
  const { child: server, first } = await startChild<Partial<BareQuestion>, Listening>("./bare-server.ts", {});
  const clients = await startClients("sse", [first.port], "none");
  try {
    const kilobytes = await kilobytesAClient(server, clients);
    await clients.ask({ type: "measure" });
    await server.ask({ rounds: ROUNDS });
    await new Promise((resolve) => setTimeout(resolve, SETTLED_MS));
    const { p50Ms, p99Ms } = await clients.ask<ClientsReport>({ type: "report", percent: 0 });
    return { kilobytes, p50Ms, p99Ms };
  } finally {
    await Promise.all([server.end(), clients.end()]);
  }
}

async function startClients(kind: Kind, ports: readonly number[], token: string): Promise<Child<ClientsQuestion>> {
  const settings: ClientsSettings = { kind, ports, token, videos: VIDEOS, comeBack: false };
  return (await startChild<ClientsQuestion, object>("./clients.ts", settings)).child;
}

async function kilobytesAClient(server: Child<object>, clients: Child<ClientsQuestion>): Promise<number> {
  await clients.ask({ type: "open", count: WARM_UP });
  await clients.ask({ type: "close" });
  // Twice: the first answer may come while the sockets are still being closed.
  await server.ask({});
  const idle = await server.ask<ServerState>({});
  await clients.ask({ type: "open", count: CLIENTS });
  const full = await server.ask<ServerState>({});
  return (full.rss - idle.rss) / CLIENTS / 1024;
}

async function measurePush(kind: Kind, redisUrl: string): Promise<Pushed> {
  const [tenant, secret] = [randomTenant(), newSecret()];
  const token = await tokenOf(tenant, secret);
  const settings: ServerSettings = { redisUrl, secret };
  const work = await startWork(redisUrl, tenant, VIDEOS);
  const { child: server, first } = await startChild<object, Listening>("./server.ts", settings);
  const clients = await startClients(kind, [first.port], token);
  try {
    const kilobytes = await kilobytesAClient(server, clients);
    const { report: shown, cpuShare } = await measureChanges(server, clients, work);
    await work.finish();
    const lost = CLIENTS - (await finalsOf(clients));
    const { p50Ms, p99Ms, maxMs, events } = shown;
    return { kilobytes, p50Ms, p99Ms, maxMs, share: events / (ROUNDS * CLIENTS), lost, cpuShare };
  } finally {
    work.stop();
    await Promise.all([server.end(), clients.end()]);
  }
}

async function measureChanges(server: Child<object>, clients: Child<ClientsQuestion>, work: Work) {
  const before = await server.ask<ServerState>({});
  const began = performance.now();
  await clients.ask({ type: "measure" });
  await work.run(ROUNDS);
  // Longer than any that is in time; what comes later counts as it does.
  await new Promise((resolve) => setTimeout(resolve, SETTLED_MS));
  const shown = await clients.ask<ClientsReport>({ type: "report", percent: 0 });
  const after = await server.ask<ServerState>({});
  const cpuShare = (after.cpuMicros - before.cpuMicros) / 1000 / (performance.now() - began);
  return { report: shown, cpuShare };
}

/** Clients that were shown the final state, once all were or time is up. */
async function finalsOf(clients: Child<ClientsQuestion>): Promise<number> {
  const until = performance.now() + FINALS_WITHIN_MS;
  for (;;) {
    const { finals } = await clients.ask<ClientsReport>({ type: "report", percent: 0 });
    if (finals === CLIENTS || performance.now() > until) return finals;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

function report(bare: Bare, pushed: Record<Kind, Pushed>): BenchReport {
  const { sse, ws } = pushed;
  const row = (what: string, unit: string, promised: string, figure: (kind: Pushed) => number, digits: number) => [
    `${what}, ${unit}`,
    promised,
    figure(sse).toFixed(digits),
    figure(ws).toFixed(digits),
  ];
  const figures = (kind: Kind): Record<string, number> => ({
    [`${kind}_kb_per_client`]: rounded(pushed[kind].kilobytes, 1),
    [`${kind}_p50_ms`]: rounded(pushed[kind].p50Ms, 0),
    [`${kind}_p99_ms`]: rounded(pushed[kind].p99Ms, 0),
    [`${kind}_max_ms`]: rounded(pushed[kind].maxMs, 0),
    [`${kind}_shown_share`]: rounded(pushed[kind].share),
    [`${kind}_lost_finals`]: pushed[kind].lost,
    [`${kind}_cpu_share`]: rounded(pushed[kind].cpuShare, 2),
  });
  return {
    table: {
      columns: [`${CLIENTS} clients, ${VIDEOS} videos`, "promised", "SSE", "WebSocket", "bare node:http"],
      rows: [
        row("memory of a client", "KB", `${PROMISED.kilobytes}`, ({ kilobytes }) => kilobytes, 1).concat(
          bare.kilobytes.toFixed(1),
        ),
        row("change to client, p50", "ms", "", ({ p50Ms }) => p50Ms, 0).concat(bare.p50Ms.toFixed(0)),
        row("change to client, p99", "ms", `${PROMISED.p99Ms}`, ({ p99Ms }) => p99Ms, 0).concat(bare.p99Ms.toFixed(0)),
        row("change to client, slowest", "ms", "", ({ maxMs }) => maxMs, 0),
        row("states shown", "of those due", "", ({ share }) => share, 3),
        row("final states lost", "clients", `${PROMISED.lost}`, ({ lost }) => lost, 0),
        row("processor of the server", "cores", "", ({ cpuShare }) => cpuShare, 2),
      ],
    },
    figures: {
      bench: "push",
      ratio: rounded(Math.max(sse.p99Ms, ws.p99Ms), 0),
      clients: CLIENTS,
      videos: VIDEOS,
      changes_per_second: VIDEOS,
      bare_http_kb_per_client: rounded(bare.kilobytes, 1),
      bare_http_p50_ms: rounded(bare.p50Ms, 0),
      bare_http_p99_ms: rounded(bare.p99Ms, 0),
      ...figures("sse"),
      ...figures("ws"),
    },
  };
}
