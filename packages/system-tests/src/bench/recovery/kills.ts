import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { promisify } from "node:util";
import { randomTenant, startTestSystem, testStack } from "@lectern/local-stack";
import pg from "pg";
import { type Client, signIn } from "../../client.ts";
import { type Change, keepHistory, readHistory } from "../../faults/history.ts";
import { yieldTheProcessor } from "./priority.ts";
import { batchWorkers, type MortalWorkers, type Run, serviceWorkers } from "./workers.ts";

const execute = promisify(execFile);
const LOOK_MS = 200;
/** Far beyond the promise: what takes longer is broken, not slow. */
const GIVE_UP_MS = 300_000;
/** Kills of a round come at random within this time, so that they meet locks and sweeps at every age. */
const SPREAD_MS = 8_000;
/** The third crash of a file ends it, so each film bears two kills. */
const KILLS_A_FILM = 2;
/** Slow and long enough that no attempt comes to its end between two kills. */
const SETTINGS = { X264_PRESET: "slower", LOG_LEVEL: "info" };
const FILM = { pieceSeconds: 10, pieces: 120 };

export interface KillPlan {
  /** `service`: workers that stay; `batch`: nothing but processes that take one job and exit. */
  readonly kind: "service" | "batch";
  readonly workers: number;
  readonly kills: number;
}

/**
 * Kills workers at work with SIGKILL, each on a film of its own, and gives for each kill the milliseconds to the moment when
 * the database has the next attempt at that film.
 */
export async function measureKills({ kind, workers: count, kills }: KillPlan): Promise<number[]> {
  const system = await startTestSystem({
    only: kind === "service" ? ["upload-service", "encode-worker"] : ["upload-service"],
    workers: count,
    settings: { "encode-worker": SETTINGS },
  });
  const database = new pg.Pool({ connectionString: system.databaseUrl, max: 2 });
  await keepHistory(database);
  const client = await signIn(system, randomTenant());
  const bytes = await longFilm();
  const workers = kind === "service" ? serviceWorkers(system, count) : batchWorkers(system, count);
  const killed = new Set<string>();
  const found: number[] = [];
  let films: number[] = [];
  try {
    for (let round = 0; found.length < kills; round += 1) {
      if (round % KILLS_A_FILM === 0) {
        await Promise.all(films.map((id) => client.remove(id)));
        films = await Promise.all(Array.from({ length: count }, () => confirmed(client, bytes)));
      }
      const runs = await untilAllWork(database, workers, killed);
      found.push(...(await Promise.all(runs.map((run, index) => killAt(database, workers, index, run, killed)))));
    }
    return found;
  } finally {
    await workers.close();
    await database.end();
    await system.stop();
  }
}

async function killAt(
  database: pg.Pool,
  workers: MortalWorkers,
  index: number,
  run: Run,
  killed: Set<string>,
): Promise<number> {
  await pause(Math.random() * SPREAD_MS);
  const pid = workers.pid(index);
  if (pid === null) throw new Error("A worker ended by itself.");
  killed.add(run.token);
  const atMs = Date.now();
  process.kill(pid, "SIGKILL");
  const next = await untilFound(async () =>
    (await readHistory(database)).find((change) => isNextAttempt(change, run, atMs)),
  );
  return next.atMs - atMs;
}

function isNextAttempt({ videoId, runToken, status, atMs }: Change, run: Run, afterMs: number): boolean {
  const begun = videoId === run.videoId && status === "PROCESSING" && runToken !== null && runToken !== run.token;
  return begun && atMs >= afterMs;
}

/** The runs of all workers, once each is at work on a film that the database has as its own. */
async function untilAllWork(database: pg.Pool, workers: MortalWorkers, killed: ReadonlySet<string>): Promise<Run[]> {
  return untilFound(async () => {
    const { rows } = await database.query<{ token: string }>(
      "SELECT run_token AS token FROM videos WHERE status = 'PROCESSING' AND deleted_at IS NULL AND run_token IS NOT NULL",
    );
    const working = new Set(rows.map(({ token }) => token));
    const runs = Array.from({ length: workers.count }, (_, index) => workers.lastRun(index)).flatMap((run) =>
      run !== null && working.has(run.token) && !killed.has(run.token) ? [run] : [],
    );
    if (runs.length < workers.count) return undefined;
    for (const [index] of runs.entries()) yieldTheProcessor(workers.pid(index));
    return runs;
  });
}

async function untilFound<T>(look: () => Promise<T | undefined>): Promise<T> {
  const deadline = Date.now() + GIVE_UP_MS;
  for (;;) {
    const found = await look();
    if (found !== undefined) return found;
    if (Date.now() > deadline) throw new Error(`Nothing came of it in ${GIVE_UP_MS / 1000} s.`);
    await pause(LOOK_MS);
  }
}

async function confirmed(client: Client, bytes: Uint8Array): Promise<number> {
  const id = await client.upload(bytes);
  const { status, body } = await client.complete(id);
  if (status !== 200) throw new Error(`complete: ${status} ${body.detail}`);
  return id;
}

/** Twenty minutes: a short film of few bytes again and again, so that it costs little to make and to fetch. */
async function longFilm(): Promise<Buffer> {
  const { ffmpeg } = await testStack();
  const dir = await mkdtemp(join(tmpdir(), "lectern-long-film-"));
  try {
    const [piece, whole] = [join(dir, "piece.mp4"), join(dir, "film.mp4")];
    const picture = ["-f", "lavfi", "-i", "testsrc2=size=320x180:rate=25", "-pix_fmt", "yuv420p"];
    const codec = ["-c:v", "libx264", "-preset", "veryfast", "-crf", "40"];
    await execute(ffmpeg, ["-nostdin", "-v", "error", ...picture, "-t", String(FILM.pieceSeconds), ...codec, piece]);
    const again = ["-stream_loop", String(FILM.pieces - 1), "-i", piece, "-c", "copy", whole];
    await execute(ffmpeg, ["-nostdin", "-v", "error", ...again]);
    return await readFile(whole);
  } finally {
    await rm(dir, { recursive: true });
  }
}
