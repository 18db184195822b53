import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import {
  assess,
  type EncodedRendition,
  type EncodePlan,
  type EncodeResult,
  encode,
  inspectFile,
  makePoster,
  type Poster,
  planEncode,
  probe,
  readSubtitles,
  type SegmentFile,
  type Subtitles,
  type Validation,
  validateOutput,
  withLoudness,
  writePlaylists,
} from "../../src/index.ts";
import { ffmpegOutput, never, tools } from "./tools.ts";

export interface Made {
  readonly plan: EncodePlan;
  readonly result: EncodeResult;
  readonly poster: Poster | null;
  readonly validation: Validation;
  readonly announced: readonly SegmentFile[];
  readonly subtitles: Subtitles;
  readonly restarts: number;
  readonly outDir: string;
}

/** The whole way of a file, as the worker goes it. Rejects where the file is refused. */
export async function make(path: string, dir: string, loudness: number | null = null): Promise<Made> {
  const outDir = join(dir, "out");
  await mkdir(outDir, { recursive: true });
  const signal = never();
  const assessed = assess(await probe(tools, { path }, { signal }), await inspectFile(path));
  if (assessed.kind !== "encode") throw new Error(JSON.stringify(assessed));
  const planned = planEncode(assessed.info);
  const plan =
    loudness === null ? planned : await withLoudness(planned, { tools, sourcePath: path, target: loudness, signal });
  const announced: SegmentFile[] = [];
  let restarts = 0;
  const result = await encode({
    ...{ tools, plan, sourcePath: path, outDir, signal },
    onSegment: (file) => announced.push(file),
    onRestart: () => {
      restarts += 1;
      announced.length = 0;
    },
  });
  const subtitles = await readSubtitles({ tools, plan, sourcePath: path, signal });
  const { chapters } = result.plan;
  await writePlaylists({ renditions: result.renditions, subtitles: subtitles.tracks, chapters, outDir });
  const poster = await makePoster({ tools, renditions: result.renditions, outDir, signal });
  const validation = await validateOutput({ tools, result, subtitles: subtitles.tracks, outDir, signal });
  return { plan, result, poster, validation, subtitles, announced, restarts, outDir };
}

export function rendition(made: Made, kind: "video" | "audio"): EncodedRendition {
  const found = made.result.renditions.find((candidate) => candidate.kind === kind);
  if (!found) throw new Error(`no ${kind} rendition`);
  return found;
}

/** One rendition as one file. */
export async function joined(made: Made, kind: "video" | "audio"): Promise<string> {
  const { init, segments } = rendition(made, kind);
  const path = join(made.outDir, `${kind}.mp4`);
  await writeFile(path, Buffer.concat(await Promise.all([init, ...segments].map((file) => readFile(file.path)))));
  return path;
}

/** The colours of a coarse grid over the first picture at or after a time: rows of [red, green, blue]. */
export async function grid(
  path: string,
  { columns, rows, at = 0 }: { readonly columns: number; readonly rows: number; readonly at?: number },
): Promise<[number, number, number][][]> {
  const filters = `trim=start=${at},format=rgb24,scale=${columns}:${rows}:flags=area`;
  const bytes = await ffmpegOutput("-i", path, "-vf", filters, "-frames:v", "1", "-f", "rawvideo", "-");
  return Array.from({ length: rows }, (_row, y) =>
    Array.from({ length: columns }, (_column, x) => {
      const start = (y * columns + x) * 3;
      return [bytes[start] ?? 0, bytes[start + 1] ?? 0, bytes[start + 2] ?? 0];
    }),
  );
}

/** "red", "green", "blue", "white", "black" or the figures. */
export function colourName(colour: readonly [number, number, number] | undefined): string {
  if (!colour) return "none";
  const key = colour.map((part) => (part > 150 ? 1 : part < 90 ? 0 : "?")).join("");
  const names: Readonly<Record<string, string>> = { "100": "red", "010": "green", "001": "blue", "111": "white" };
  return key === "000" ? "black" : (names[key] ?? colour.join(","));
}
