import { execFile } from "node:child_process";
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { testStack } from "@lectern/local-stack";
import { bareFfmpegArgs, type EncodePlan, planEncode, probe } from "@lectern/media";
import { type BenchReport, median, rounded } from "../report.ts";
import { startEncodeSystem } from "./system.ts";

const execute = promisify(execFile);
const ROUNDS = 3;
/** The worker's own default: both sides encode with the same settings. */
const PRESET = "veryfast";
const LENGTH_SECONDS = 120;

/**
 * From PROCESSING to READY (fetching, probing, encoding, checking, storing, publishing) as a multiple of what one bare
 * ffmpeg command takes to make the same ladder from the same local file. The two take turns, so that a slow moment of the
 * machine falls on both; the median of the rounds counts.
 */
export async function run(): Promise<BenchReport> {
  const { ffmpeg, ffprobe } = await testStack();
  const dir = await mkdtemp(join(tmpdir(), "lectern-bench-source-"));
  const system = await startEncodeSystem();
  try {
    const source = await makeLecture(ffmpeg, dir);
    const probed = await probe({ ffmpeg, ffprobe }, { path: source }, { signal: new AbortController().signal });
    if (probed.kind !== "media") throw new Error(probed.detail);
    const plan = planEncode(probed.info, { preset: PRESET });
    const rounds: { own: number; bare: number }[] = [];
    for (let round = 0; round < ROUNDS; round += 1) {
      const bare = await bareMs(ffmpeg, plan, source, join(dir, `bare-${round}`));
      rounds.push({ bare, own: await system.encode(source) });
    }
    return report(plan, rounds);
  } finally {
    await system.stop();
    await rm(dir, { recursive: true, force: true });
  }
}

/** Two minutes at 720p with sound: ten seconds of a moving picture, again and again, so that it costs little to make. */
async function makeLecture(ffmpeg: string, dir: string): Promise<string> {
  const [piece, path] = [join(dir, "piece.mp4"), join(dir, "lecture.mp4")];
  const picture = ["-f", "lavfi", "-i", "testsrc2=size=1280x720:rate=30", "-f", "lavfi", "-i", "sine=frequency=440"];
  const codecs = ["-c:v", "libx264", "-preset", "veryfast", "-pix_fmt", "yuv420p", "-c:a", "aac"];
  await execute(ffmpeg, ["-nostdin", "-v", "error", ...picture, "-t", "10", ...codecs, piece]);
  const again = ["-stream_loop", String(LENGTH_SECONDS / 10 - 1), "-i", piece, "-c", "copy", path];
  await execute(ffmpeg, ["-nostdin", "-v", "error", ...again]);
  return path;
}

async function bareMs(ffmpeg: string, plan: EncodePlan, source: string, outDir: string): Promise<number> {
  await mkdir(outDir);
  const began = performance.now();
  await execute(ffmpeg, bareFfmpegArgs(plan, source, outDir), { maxBuffer: 256 * 1024 * 1024 });
  const tookMs = performance.now() - began;
  await rm(outDir, { recursive: true });
  return tookMs;
}

function report(plan: EncodePlan, rounds: readonly { own: number; bare: number }[]): BenchReport {
  const seconds = (ms: number): string => (ms / 1000).toFixed(1);
  const ratio = rounded(median(rounds.map(({ bare, own }) => own / bare)));
  const [own, bare] = [median(rounds.map((round) => round.own)), median(rounds.map((round) => round.bare))];
  return {
    table: {
      columns: ["round", "job s", "bare ffmpeg s", "ratio"],
      rows: [
        ...rounds.map((round, index) => [
          String(index + 1),
          seconds(round.own),
          seconds(round.bare),
          (round.own / round.bare).toFixed(3),
        ]),
        ["median", seconds(own), seconds(bare), ratio.toFixed(3)],
      ],
    },
    figures: {
      bench: "encode",
      ratio,
      job_seconds: rounded(own / 1000, 1),
      bare_seconds: rounded(bare / 1000, 1),
      job_times_realtime: rounded(LENGTH_SECONDS / (own / 1000), 2),
      rungs: plan.video?.renditions.map(({ height }) => `${height}p`).join(" ") ?? "",
    },
  };
}
