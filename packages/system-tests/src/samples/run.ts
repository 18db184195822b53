import { createHash } from "node:crypto";
import { createReadStream, existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { pipeline } from "node:stream/promises";
import { randomTenant, startTestSystem, type TestSystem } from "@lectern/local-stack";
import { createObjectStore, type ObjectStore } from "@lectern/object-store";
import { type Client, signIn } from "../client.ts";
import { scratchOf } from "../faults/evidence.ts";
import type { SamplesOptions } from "./arguments.ts";
import { writeContact } from "./contact.ts";
import { type Seen, sameLength } from "./judge.ts";
import type { Sample } from "./manifest.ts";
import { decodedSeconds, soundLateMs, sourceFacts, type Tools } from "./measure.ts";
import { type OutboundWatch, watchOutbound } from "./outbound.ts";
import { fetchPublished } from "./published.ts";
import type { Row, RunFacts } from "./report.ts";
import { submit } from "./submit.ts";

interface Bench {
  readonly system: TestSystem;
  readonly client: Client;
  readonly store: ObjectStore;
  readonly watch: OutboundWatch;
  readonly options: SamplesOptions;
  readonly signal: AbortSignal;
}

/**
 * Runs each sample through the services, some at once, and gives what was seen of it. One file's trouble is that file's
 * row. After an abort what was seen so far is given; the services end in every case.
 */
export async function runSamples(
  samples: readonly Sample[],
  options: SamplesOptions,
  { signal, onRow }: { readonly signal: AbortSignal; readonly onRow: (row: Row) => void },
): Promise<{ readonly rows: readonly Row[]; readonly facts: RunFacts }> {
  const began = performance.now();
  const system = await startTestSystem({
    workers: options.jobs,
    settings: {
      "upload-service": { DRAIN_DELAY_MS: "0" },
      "progress-service": { DRAIN_DELAY_MS: "0" },
      ...(options.preset && { "encode-worker": { X264_PRESET: options.preset } }),
    },
  });
  const store = createObjectStore(system.stack.s3);
  const watch = watchOutbound(() => Object.values(system.processes()).flat());
  const rows: Row[] = [];
  try {
    const client = await signIn(system, randomTenant());
    const bench: Bench = { system, client, store, watch, options, signal };
    const waiting = [...samples];
    const lane = async () => {
      for (let next = waiting.shift(); next !== undefined && !signal.aborted; next = waiting.shift()) {
        const row = await runOne(bench, next);
        if (row === null) return;
        rows.push(row);
        onRow(row);
      }
    };
    await Promise.all(Array.from({ length: options.jobs }, lane));
  } finally {
    watch.stop();
    store.close();
    await system.stop();
  }
  const facts = {
    planned: samples.length,
    seconds: (performance.now() - began) / 1000,
    interrupted: signal.aborted,
    leftOver: scratchOf(system.scratchDir).length,
    outboundWatched: watch.able,
  };
  return { rows, facts };
}

/** Null where it was broken off. */
async function runOne(bench: Bench, sample: Sample): Promise<Row | null> {
  const dir = await mkdtemp(path.join(tmpdir(), "lectern-sample-"));
  try {
    return { kind: "seen", seen: await look(bench, sample, dir) };
  } catch (error) {
    if (bench.signal.aborted) return null;
    const why = error instanceof Error ? error.message : String(error);
    return { kind: "trouble", file: sample.file, expected: sample.expected, why };
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}

async function look(bench: Bench, sample: Sample, dir: string): Promise<Seen> {
  const { client, options, signal, store, system, watch } = bench;
  const file = path.join(options.dir, sample.file);
  if (!existsSync(file)) throw new Error("the file is not there");
  // Some manifests have lost a leading zero.
  const differs = sample.sha256 !== null && !(await sha256(file)).endsWith(sample.sha256);
  if (differs) throw new Error("the file is not the one that the manifest means: its SHA-256 differs");
  const restartsBefore = system.restarts.length;
  watch.taken();
  const followed = await submit(file, { client, limitSeconds: options.limitSeconds, signal });
  const { fate } = followed;
  const tools: Tools = { ffmpeg: system.stack.ffmpeg, ffprobe: system.stack.ffprobe, signal };
  const published = fate.kind === "READY" ? await fetchPublished(store, fate.hlsPath, dir, tools) : null;
  const source = published === null ? null : await sourceFacts(file, tools);
  const told = sample.decoded?.seconds;
  const doubted = published !== null && (told === undefined || !sameLength(published.seconds, told));
  const seen: Seen = {
    ...{ sample, followed, published },
    sourceSeconds: source !== null && doubted ? await decodedSeconds(file, source, tools) : null,
    soundLateMs: source !== null && published !== null ? await soundLateMs(file, source, published, tools) : null,
    outbound: watch.taken(),
    half: fate.kind === "FAILED" && fate.id !== null ? await playable(bench, fate.id) : [],
    restarts: system.restarts.slice(restartsBefore),
  };
  if (options.keep !== null && source !== null && published !== null)
    await writeContact(options.keep, sample.file, { file, source, published }, tools);
  // Hundreds of files must fit on the disk.
  if (fate.id !== null) await client.remove(fate.id);
  return seen;
}

/** Master playlists below a video's prefix: what a player could be given. */
async function playable({ client, store }: Bench, id: number): Promise<string[]> {
  const found: string[] = [];
  for await (const { key } of store.list(`tenants/${client.tenant}/videos/${id}/`))
    if (key.endsWith("/master.m3u8")) found.push(key);
  return found;
}

async function sha256(file: string): Promise<string> {
  const hash = createHash("sha256");
  await pipeline(createReadStream(file), hash);
  return hash.digest("hex");
}
