import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { randomTenant, startTestSystem } from "@lectern/local-stack";
import pg from "pg";
import { type Client, signIn } from "../../client.ts";
import { type BenchReport, median, rounded } from "../report.ts";
import { MEASURED_FILMS, makeFilm, QUEUED_FILMS, TEACHING_FILMS, WARM_UP } from "./films.ts";
import { judge, judgeWait, quantile, type Summary, summarise, type Truth } from "./judge.ts";
import { type Waited, watchQueue } from "./queue.ts";
import { type Watched, watchEncode } from "./watch.ts";

interface Film {
  readonly name: string;
  readonly path: string;
}

/**
 * How true the bar is: films of many kinds go through the real system one after the other, their progress is polled four
 * times a second, and what was shown is held against what came true. Once with a model that has learned nothing (what it
 * learns is taken away after each film), once after it has learned from other films. And six films wait for one worker:
 * what is said of their beginnings is held against when they began.
 *
 * `--dir PATH` adds the files of a folder; `--trace FILE` writes every look; `--only untaught|taught|queue` runs a part.
 */
export async function run(): Promise<BenchReport> {
  const { values } = parseArgs({
    args: process.argv.slice(3),
    options: {
      dir: { type: "string" },
      trace: { type: "string" },
      only: { type: "string" },
      films: { type: "string" },
    },
  });
  const dir = await mkdtemp(join(tmpdir(), "lectern-bench-truth-"));
  const tracing = values.trace !== undefined;
  const system = await startTestSystem(tracing ? { settings: { "encode-worker": { LOG_LEVEL: "debug" } } } : {});
  const db = new pg.Client(system.databaseUrl);
  await db.connect();
  try {
    const client = await signIn(system, randomTenant());
    const { ffmpeg } = system.stack;
    const wanted = (name: string) => values.films === undefined || new RegExp(values.films).test(name);
    const make = async (kind: (typeof MEASURED_FILMS)[number]): Promise<Film> => ({
      name: kind.name,
      path: await makeFilm(ffmpeg, dir, kind),
    });
    const films: Film[] = [];
    for (const kind of MEASURED_FILMS.filter(({ name }) => wanted(name))) films.push(await make(kind));
    if (values.dir !== undefined)
      for (const name of (await readdir(values.dir)).sort()) films.push({ name, path: join(values.dir, name) });
    const costs: unknown[] = [];
    const forget = async () => {
      costs.push(...(await db.query("select kind, facts, steps from encode_costs order by id")).rows);
      await db.query("truncate encode_costs");
    };

    // What a process does once (compiling, the first connection) is not to be taken for the first film's.
    await watch(client, { name: "warm-up", path: await makeFilm(ffmpeg, dir, WARM_UP) });
    const does = (part: string) => values.only === undefined || values.only === part;
    const untaught = does("untaught") ? await watchAll(client, films, forget) : [];
    await forget();
    const teaching: Watched[] = [];
    if (values.only !== "untaught")
      for (const kind of TEACHING_FILMS) teaching.push(await watch(client, await make(kind)));
    const waited: Waited[] = [];
    if (does("queue")) {
      const { rows } = await db.query("select coalesce(max(id), 0) as last from encode_costs");
      const line = films.filter(({ name }) => QUEUED_FILMS.includes(name));
      waited.push(...(await watchQueue(client, await Promise.all(line.map(readFilm)))));
      // They are measured once more, and may not have taught.
      await db.query("delete from encode_costs where id > $1", [rows[0].last]);
    }
    const taught = does("taught") ? await watchAll(client, films, async () => {}) : [];
    await forget();
    if (values.trace !== undefined) {
      const heard = system.log("encode-worker").split("\n");
      await writeFile(values.trace, JSON.stringify({ untaught, teaching, waited, taught, costs, heard }));
    }
    return report(untaught, taught, waited);
  } finally {
    await db.end();
    await system.stop();
    await rm(dir, { recursive: true, force: true });
  }
}

async function watch(client: Client, { name, path }: Film): Promise<Watched> {
  const watched = await watchEncode(client, name, await readFile(path));
  process.stderr.write(`${name}: ${watched.seconds.toFixed(1)} s, ${judge(watched).distance.toFixed(1)} points\n`);
  return watched;
}

async function readFilm({ name, path }: Film): Promise<{ name: string; bytes: Uint8Array }> {
  return { name, bytes: await readFile(path) };
}

async function watchAll(client: Client, films: readonly Film[], before: () => Promise<unknown>): Promise<Watched[]> {
  const watched: Watched[] = [];
  for (const film of films) {
    await before();
    watched.push(await watch(client, film));
  }
  return watched;
}

function report(untaught: readonly Watched[], taught: readonly Watched[], waited: readonly Waited[]): BenchReport {
  const passes = [
    ["untaught", untaught],
    ["taught", taught],
  ] as const;
  const rows = passes.flatMap(([pass, films]) => {
    const truths = films.map((film) => [film, judge(film)] as const);
    const all = truths.map(([, truth]) => truth);
    const lines = truths.map(([{ name, seconds }, truth]) => line(`${pass}: ${name}`, seconds, truth));
    return films.length === 0 ? [] : [...lines, line(`${pass}: all`, null, ...all)];
  });
  const [before, after] = [untaught, taught].map((films) => summarise(films.map(judge)));
  const waits = waited.map((each) => [each, judgeWait(each)] as const);
  const share = (value: number | null) =>
    value === null || Number.isNaN(value) ? "" : `${(100 * value).toFixed(0)} %`;
  rows.push(
    ...waits.map(([{ name, seconds }, { atUpload, errors, silent }]) => [
      ...[`queue: ${name}`, `waits ${seconds.toFixed(1)}`, `at upload ${share(atUpload)}`],
      ...[share(median(errors)), share(quantile(errors, 0.9)), `silent ${share(silent)}`, "", ""],
    ]),
  );
  const atUpload = waits.flatMap(([, wait]) => wait.atUpload ?? []);
  const later = waits.flatMap(([, wait]) => wait.errors);
  const main = taught.length > 0 ? after : before;
  return {
    table: {
      columns: ["film", "encode s", "distance", "error median", "error p90", "in range", "back", "s at 99"],
      rows,
    },
    figures: {
      bench: "truth",
      ratio: rounded(main?.distance ?? Number.NaN, 2),
      ...(taught.length > 0 ? figures("", after) : {}),
      ...(untaught.length > 0 ? figures("untaught_", before) : {}),
      ...(waited.length > 0 && {
        starts_error_at_upload_median: rounded(median(atUpload)),
        starts_error_at_upload_most: rounded(Math.max(...atUpload)),
        starts_error_median: rounded(median(later)),
        starts_error_p90: rounded(quantile(later, 0.9)),
        starts_said_at_upload: atUpload.length,
      }),
      films: Math.max(taught.length, untaught.length),
      taught_by: taught.length > 0 ? `${TEACHING_FILMS.length} other films` : "nothing",
    },
  };
}

function line(name: string, seconds: number | null, ...truths: readonly Truth[]): string[] {
  const all = summarise(truths);
  return [
    name,
    seconds === null ? "" : seconds.toFixed(1),
    all.distance.toFixed(1),
    `${(100 * all.errorMedian).toFixed(0)} %`,
    `${(100 * all.errorP90).toFixed(0)} %`,
    `${(100 * all.coverage).toFixed(0)} %`,
    String(all.backwards),
    all.at99.toFixed(1),
  ];
}

function figures(prefix: string, summary: Summary | undefined): Record<string, number> {
  if (summary === undefined) return {};
  return {
    [`${prefix}distance_points`]: rounded(summary.distance, 2),
    [`${prefix}error_median`]: rounded(summary.errorMedian),
    [`${prefix}error_p90`]: rounded(summary.errorP90),
    [`${prefix}coverage`]: rounded(summary.coverage),
    [`${prefix}backwards`]: summary.backwards,
    [`${prefix}longest_at_99_seconds`]: rounded(summary.at99, 2),
  };
}
