import { mkdir } from "node:fs/promises";
import path from "node:path";
import { DEFAULT_LIMITS, inputGuards } from "@lectern/media";
import type { SourceFacts, Tools } from "./measure.ts";
import type { Published } from "./published.ts";
import { runTool } from "./tool.ts";

const COLUMNS = 4;
const [WIDTH, HEIGHT] = [320, 240];

/** Writes one picture: frames of the source above, the same moments of the output below. Gives its path, or why not. */
export async function writeContact(
  keep: string,
  name: string,
  { file, source, published }: { readonly file: string; readonly source: SourceFacts; readonly published: Published },
  { ffmpeg, signal }: Tools,
): Promise<string> {
  if (source.video === null || published.video === null) return "no picture to compare";
  const target = path.join(keep, `${name.replaceAll(/[^A-Za-z0-9._-]+/g, "_")}.jpg`);
  await mkdir(keep, { recursive: true });
  const every = Math.max(published.seconds, 0.04) / COLUMNS;
  const row = (stream: string, label: string) =>
    `[${stream}]fps=1/${every.toFixed(6)}:start_time=0:round=up:eof_action=pass,scale=w='trunc(iw*max(sar,0.01)/2)*2':h=ih,setsar=1,` +
    `scale=${WIDTH}:${HEIGHT}:force_original_aspect_ratio=decrease,pad=${WIDTH}:${HEIGHT}:(ow-iw)/2:(oh-ih)/2:gray,` +
    `format=yuvj420p,tile=${COLUMNS}x1:color=gray,trim=end_frame=1[${label}]`;
  const graph = [row(`0:${source.video}`, "a"), row("1:v:0", "b"), "[a][b]vstack[c]"].join(";");
  const args = [
    ...["-nostdin", "-y", "-v", "error", ...inputGuards("file", DEFAULT_LIMITS), "-i", `file:${file}`],
    ...[
      "-i",
      published.video,
      "-filter_complex",
      graph,
      "-map",
      "[c]",
      "-frames:v",
      "1",
      "-q:v",
      "4",
      `file:${target}`,
    ],
  ];
  const { ok, stderr } = await runTool(ffmpeg, args, { seconds: 240, signal });
  return ok ? target : `no contact image: ${stderr.split("\n")[0] ?? ""}`;
}
