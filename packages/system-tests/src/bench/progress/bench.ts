import { fork } from "node:child_process";
import { once } from "node:events";
import { createDatabase, randomTenant, startRedis } from "@lectern/local-stack";
import { type BenchReport, median, rounded } from "../report.ts";
import { type Load, measure } from "./load.ts";
import { type Fixture, HOT_KEYS, prepare, WIDE_KEYS } from "./prepare.ts";
import type { Listening, ServerSettings } from "./server.ts";

const ROUNDS = 10;
const SECONDS = 1;

/**
 * Requests per second of the progress route, as a share of what a static JSON route of the same app answers behind the
 * same authentication; beside it a SELECT by id through pg, and BullMQ's own job progress. Each measurement is short and
 * is compared with the static route's right before it, so that a slow moment of the machine falls on both; the median
 * of all rounds counts.
 */
export async function run(): Promise<BenchReport> {
  const [redis, database] = await Promise.all([startRedis(), createDatabase()]);
  const settings: ServerSettings = { redisUrl: redis.url, databaseUrl: database.url, tenant: randomTenant() };
  const fixture = await prepare(settings);
  const server = fork(new URL("./server.ts", import.meta.url), [JSON.stringify(settings)]);
  try {
    const [{ url, token }] = (await once(server, "message")) as [Listening];
    return report(await measurePairs(url, token, fixture));
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

async function measurePairs(url: string, token: string, fixture: Fixture): Promise<Pair[]> {
  const load = (route: Route | "static"): Promise<Load> =>
    measure({ url, token, paths: fixture[route], seconds: SECONDS });
  for (const route of ["static", ...NAMES] as const) await load(route);
  const pairs: Pair[] = [];
  for (let round = 0; round < ROUNDS; round += 1)
    for (const route of NAMES) pairs.push({ route, static: await load("static"), own: await load(route) });
  return pairs;
}

function report(pairs: readonly Pair[]): BenchReport {
  const middle = (route: Route, figure: (pair: Pair) => number): number =>
    median(pairs.filter((pair) => pair.route === route).map(figure));
  const ratio = (route: Route): number =>
    rounded(middle(route, ({ own, static: still }) => own.perSecond / still.perSecond));
  const perSecond = (route: Route): number => Math.round(middle(route, ({ own }) => own.perSecond));
  const staticPerSecond = Math.round(median(pairs.map((pair) => pair.static.perSecond)));
  const staticP99 = median(pairs.map((pair) => pair.static.p99Ms));
  return {
    table: {
      columns: ["route", "requests/s", "p99 ms", "of static"],
      rows: [
        [STATIC, String(staticPerSecond), String(staticP99), "1.000"],
        ...NAMES.map((route) => [
          ROUTES[route],
          String(perSecond(route)),
          String(middle(route, ({ own }) => own.p99Ms)),
          ratio(route).toFixed(3),
        ]),
      ],
    },
    figures: {
      bench: "progress",
      ratio: ratio("hot"),
      ratio_wide: ratio("wide"),
      select_ratio: ratio("select"),
      bullmq_ratio: ratio("bullmq"),
      static_per_second: staticPerSecond,
      ...Object.fromEntries(NAMES.map((route) => [`${route}_per_second`, perSecond(route)])),
      rounds: ROUNDS,
      seconds_each: SECONDS,
    },
  };
}
