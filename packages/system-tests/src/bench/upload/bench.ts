import { mkdtemp, open, rm, statfs } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { type BenchReport, median, rounded } from "../report.ts";
import { readArguments, type UploadBenchOptions } from "./arguments.ts";
import { startUploadBrowser, type UploadBrowser } from "./browser.ts";
import { type MemoryReport, type MemorySample, watchMemory } from "./memory.ts";
import { startUploadSystem, type UploadSystem } from "./system.ts";

const MIB = 1024 * 1024;
const WARM_UP_MIB = 128;
const PROMISED = 0.9;

interface ByClient {
  readonly ms: number;
  readonly troubles: number;
  readonly end: string;
  readonly id: number;
}

interface ByBare {
  readonly ms: number;
  readonly id: number;
  readonly uploadId: string;
  readonly partBytes: number;
  readonly parts: number;
}

interface Sent<T> {
  readonly sent: T;
  readonly memory: MemoryReport;
  readonly leftOver: number;
}

interface Round {
  readonly client: Sent<ByClient>;
  readonly bare: Sent<ByBare>;
}

/**
 * What @lectern/client costs: a page in Chromium uploads a large file in parts by it, and by bare PUTs of the same parts,
 * as many at once; the two take turns. Beside it the memory of page, browser and upload-service while it goes on.
 *
 * `--size MiB`, `--rounds N`, `--parallel N` (parts at once).
 */
export async function run(): Promise<BenchReport> {
  const options = readArguments(process.argv.slice(3));
  await demandRoom(options.size);
  const dir = await mkdtemp(path.join(tmpdir(), "lectern-bench-upload-"));
  const system = await startUploadSystem();
  try {
    if (system.chromium === null)
      throw new Error("This benchmark needs Chromium: the set-up of `npm test` installs it.");
    const [file, small] = [path.join(dir, "lecture.mp4"), path.join(dir, "small.mp4")];
    await Promise.all([makeFile(file, options.size), makeFile(small, WARM_UP_MIB)]);
    const browser = await startUploadBrowser(system.chromium, path.join(dir, "page"));
    try {
      await playRound(system, browser, small, options.parallel, 0);
      const rounds: Round[] = [];
      for (let index = 0; index < options.rounds; index += 1)
        rounds.push(await playRound(system, browser, file, options.parallel, index));
      return report(options, rounds);
    } finally {
      await browser.close();
    }
  } finally {
    await system.stop();
    await rm(dir, { recursive: true, force: true });
  }
}

/** A file without content takes no room on the disk, but the store writes it down. */
async function makeFile(file: string, mebibytes: number): Promise<void> {
  const handle = await open(file, "wx");
  await handle.truncate(mebibytes * MIB);
  await handle.close();
}

async function demandRoom(size: number): Promise<void> {
  const { bavail, bsize } = await statfs(import.meta.dirname);
  const [free, needed] = [Math.floor((bavail * bsize) / MIB), 2 * size];
  if (free < needed)
    throw new Error(`The store needs ${needed} MiB on the disk, and ${free} are free: give a smaller --size.`);
}

/** Who goes first changes, so that what the one leaves to be done falls on both. */
async function playRound(
  system: UploadSystem,
  browser: UploadBrowser,
  file: string,
  parallel: number,
  index: number,
): Promise<Round> {
  const settings = JSON.stringify({ url: system.url, token: system.token, parallel });
  const send = async <T extends ByClient | ByBare>(how: "sendByClient" | "sendBare"): Promise<Sent<T>> => {
    const page = await browser.open(file);
    const stop = await watchMemory(page, system.apiPid);
    const sent = await page.evaluate<T>(`${how}(${settings})`);
    const memory = await stop();
    await page.close();
    return { sent, memory, leftOver: await system.leftOver(sent.id, "uploadId" in sent ? sent.uploadId : null) };
  };
  if (index % 2 === 0) {
    const bare = await send<ByBare>("sendBare");
    return { bare, client: await send<ByClient>("sendByClient") };
  }
  const client = await send<ByClient>("sendByClient");
  return { client, bare: await send<ByBare>("sendBare") };
}

function report({ size, parallel }: UploadBenchOptions, rounds: readonly Round[]): BenchReport {
  const speed = (ms: number): number => size / (ms / 1000);
  const ratioOf = ({ client, bare }: Round): number => bare.sent.ms / client.sent.ms;
  const mib = (bytes: number): number => rounded(bytes / MIB, 1);
  const most = (who: keyof Round, pick: (memory: MemoryReport) => number): number =>
    mib(Math.max(...rounds.map((round) => pick(round[who].memory))));
  const shown = (memory: MemoryReport, what: keyof MemorySample): string => {
    const { start, growth } = memory[what];
    return `${mib(start)} ${growth < 0 ? "-" : "+"}${mib(Math.abs(growth))}`;
  };
  const row = (name: string, { sent, memory }: Sent<ByClient | ByBare>, ratio: string): string[] => [
    name,
    (sent.ms / 1000).toFixed(1),
    speed(sent.ms).toFixed(1),
    ratio,
    ...(["heap", "tab", "browser", "api"] as const).map((what) => shown(memory, what)),
  ];
  const sent = rounds.flatMap(({ client, bare }) => [client, bare]);
  const ratio = rounded(median(rounds.map(ratioOf)));
  return {
    table: {
      columns: ["round", "s", "MiB/s", "ratio", "heap MiB", "tab MiB", "browser MiB", "upload-service MiB"],
      rows: rounds.flatMap((round, index) => [
        row(`${index + 1} client`, round.client, ratioOf(round).toFixed(3)),
        row(`${index + 1} bare`, round.bare, ""),
      ]),
    },
    figures: {
      bench: "upload",
      ratio,
      promised: PROMISED,
      size_mib: size,
      part_mib: (rounds[0]?.bare.sent.partBytes ?? Number.NaN) / MIB,
      parts_at_once: parallel,
      client_mib_per_second: rounded(median(rounds.map(({ client }) => speed(client.sent.ms))), 1),
      bare_mib_per_second: rounded(median(rounds.map(({ bare }) => speed(bare.sent.ms))), 1),
      heap_growth_mib: most("client", ({ heap }) => heap.growth),
      heap_peak_mib: most("client", ({ heap }) => heap.peak),
      tab_growth_mib: most("client", ({ tab }) => tab.growth),
      tab_peak_mib: most("client", ({ tab }) => tab.peak),
      browser_growth_mib: most("client", ({ browser }) => browser.growth),
      bare_browser_growth_mib: most("bare", ({ browser }) => browser.growth),
      api_growth_mib: most("client", ({ api }) => api.growth),
      api_peak_mib: most("client", ({ api }) => api.peak),
      /** What "complete" said to a file that is no medium. */
      end: [...new Set(rounds.map(({ client }) => client.sent.end))].join(" "),
      troubles: rounds.reduce((sum, { client }) => sum + client.sent.troubles, 0),
      left_over: sent.reduce((sum, { leftOver }) => sum + leftOver, 0),
    },
  };
}
