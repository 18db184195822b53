import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { createDatabase, randomTenant, startRedis } from "@lectern/local-stack";
import { type BenchReport, median, rounded } from "../report.ts";
import { CHANGES_A_SECOND, startChanging } from "./changing.ts";
import { askAll, type Load, measure } from "./load.ts";
import { type Fixture, HOT_KEYS, prepare, WIDE_KEYS } from "./prepare.ts";
import type { Listening, ServerSettings, Used } from "./server.ts";

const ROUNDS = 10;
const SECONDS = 1;

/**
 * Requests per second of the progress route, as a share of what a static JSON route of the same app answers behind the
 * same authentication; beside it a SELECT by id through pg, and BullMQ's own job progress. Each measurement is short and
 * is compared with the static route's right before it, so that a slow moment of the machine falls on both; the median
 * of all rounds counts. All the while workers write progress, so both sides of a ratio carry it. Processor time for
 * an answer is told beside it: it depends less on what else the machine does.
 */
export async function run(): Promise<BenchReport> {
  const [redis, database] = await Promise.all([startRedis(), createDatabase()]);
  const settings: ServerSettings = { redisUrl: redis.url, databaseUrl: database.url, tenant: randomTenant() };
  const fixture = await prepare(settings);
  const server = fork(new URL("./server.ts", import.meta.url), [JSON.stringify(settings)]);
  try {
    const [listening] = (await once(server, "message")) as [Listening];
    const changing = await startChanging(settings);
    const pairs = await measurePairs(server, listening, fixture);
    return report(pairs, await changing.stop());
  } finally {
    server.kill();
    await once(server, "exit");
    await Promise.all([redis.stop(), database.drop()]);
  }
}

const STATIC = "static JSON route";
const ROUTES = {
  hot: `progress, ${HOT_KEYS} videos`,
  wide: `progress, ${WIDE_KEYS.toLocaleString("en")} videos`,
  select: "SELECT by id, pg",
  bullmq: "BullMQ getJob().progress",
} as const;
type Route = keyof typeof ROUTES;
const NAMES = Object.keys(ROUTES) as Route[];

interface Pair {
  route: Route;
  own: Load;
  static: Load;
}

async function measurePairs(server: ChildProcess, { url, token }: Listening, fixture: Fixture): Promise<Pair[]> {
  const cpuUsed = async (): Promise<number> => {
    server.send("how much?");
    const [{ cpuMicros }] = (await once(server, "message")) as [Used];
    return cpuMicros;
  };
  const load = (route: Route | "static"): Promise<Load> =>
    measure({ url, token, paths: fixture[route], seconds: SECONDS, cpuUsed });
  const pairs: Pair[] = [];
  for (const route of NAMES) {
    await load("static");
    // Each path once: a slow machine would measure first reads for the whole of its time.
    await askAll(url, token, fixture[route]);
    for (let round = 0; round < ROUNDS; round += 1)
      pairs.push({ route, static: await load("static"), own: await load(route) });
  }
  return pairs;
}

function report(pairs: readonly Pair[], changesPerSecond: number): BenchReport {
  const middle = (route: Route, figure: (pair: Pair) => number, digits = 3): number =>
    rounded(median(pairs.filter((pair) => pair.route === route).map(figure)), digits);
  const each = (name: string, figure: (pair: Pair) => number, digits?: number) =>
    Object.fromEntries(NAMES.map((route) => [`${route}_${name}`, middle(route, figure, digits)]));
  const ratio = (route: Route): number => middle(route, ({ own, static: still }) => own.perSecond / still.perSecond);
  const p99Ratio = (route: Route): number => middle(route, ({ own, static: still }) => own.p99Ms / still.p99Ms);
  const cpuRatio = (route: Route): number => middle(route, ({ own, static: still }) => own.cpuMicros / still.cpuMicros);
  const still = (figure: (load: Load) => number, digits = 1): number =>
    rounded(median(pairs.map((pair) => figure(pair.static))), digits);
  return {
    table: {
      columns: ["route", "requests/s", "of static", "p99 ms", "of static", "CPU µs", "of static"],
      rows: [
        [
          STATIC,
          String(still(({ perSecond }) => perSecond, 0)),
          "1.000",
          String(still(({ p99Ms }) => p99Ms)),
          "1.000",
          String(still(({ cpuMicros }) => cpuMicros)),
          "1.000",
        ],
        ...NAMES.map((route) => [
          ROUTES[route],
          String(middle(route, ({ own }) => own.perSecond, 0)),
          ratio(route).toFixed(3),
          String(middle(route, ({ own }) => own.p99Ms, 1)),
          p99Ratio(route).toFixed(3),
          String(middle(route, ({ own }) => own.cpuMicros, 1)),
          cpuRatio(route).toFixed(3),
        ]),
      ],
    },
    figures: {
      bench: "progress",
      ratio: ratio("hot"),
      ratio_wide: ratio("wide"),
      select_ratio: ratio("select"),
      bullmq_ratio: ratio("bullmq"),
      p99_ratio: p99Ratio("hot"),
      p99_ratio_wide: p99Ratio("wide"),
      cpu_ratio: cpuRatio("hot"),
      cpu_ratio_wide: cpuRatio("wide"),
      static_per_second: still(({ perSecond }) => perSecond, 0),
      static_p99_ms: still(({ p99Ms }) => p99Ms),
      static_cpu_micros: still(({ cpuMicros }) => cpuMicros),
      ...each("per_second", ({ own }) => own.perSecond, 0),
      ...each("p99_ms", ({ own }) => own.p99Ms, 1),
      ...each("cpu_micros", ({ own }) => own.cpuMicros, 1),
      changes_per_second: rounded(changesPerSecond, 1),
      changes_wanted: CHANGES_A_SECOND,
      rounds: ROUNDS,
      seconds_each: SECONDS,
    },
  };
}
