import { mkdir } from "node:fs/promises";
import path from "node:path";
import { DEFAULT_LIMITS, inputGuards } from "@lectern/media";
import type { SourceFacts, Tools } from "./measure.ts";
import type { Published } from "./published.ts";
import { runTool } from "./tool.ts";

const COLUMNS = 4;
const [WIDTH, HEIGHT] = [320, 240];
const HD_HEIGHT = 720;

/** Writes one picture: frames of the source above, the same moments of the output below. Gives its path, or why not. */
export async function writeContact(
  keep: string,
  name: string,
  { file, source, published }: { readonly file: string; readonly source: SourceFacts; readonly published: Published },
  { ffmpeg, signal }: Tools,
): Promise<string> {
  if (source.video === null || published.video === null) return "no picture to compare";
  const target = path.join(keep, `${name.replaceAll(/[^A-Za-z0-9._-]+/g, "_")}.png`);
  await mkdir(keep, { recursive: true });
  const every = Math.max(published.seconds, 0.04) / COLUMNS;
  // As a player would see it: without a tag the matrix follows from the height.
  const shown = source.info.video.find(({ index }) => index === source.video);
  const guessed = (shown?.height ?? 0) >= HD_HEIGHT ? "bt709" : "bt601";
  const matrix = shown?.colour.space == null ? guessed : "auto";
  const row = (stream: string, label: string, from: string) =>
    `[${stream}]fps=1/${every.toFixed(6)}:start_time=0:round=up:eof_action=pass,scale=w='trunc(iw*max(sar,0.01)/2)*2':h=ih,setsar=1,` +
    `scale=${WIDTH}:${HEIGHT}:force_original_aspect_ratio=decrease:in_color_matrix=${from},format=rgb24,pad=${WIDTH}:${HEIGHT}:(ow-iw)/2:(oh-ih)/2:gray,` +
    `tile=${COLUMNS}x1:color=gray,trim=end_frame=1[${label}]`;
  const graph = [row(`0:${source.video}`, "a", matrix), row("1:v:0", "b", "auto"), "[a][b]vstack[c]"].join(";");
  const args = [
    ...["-nostdin", "-y", "-v", "error", ...inputGuards("file", DEFAULT_LIMITS), "-i", `file:${file}`],
    ...["-i", published.video, "-filter_complex", graph, "-map", "[c]", "-frames:v", "1", `file:${target}`],
  ];
  const { ok, stderr } = await runTool(ffmpeg, args, { seconds: 240, signal });
  return ok ? target : `no contact image: ${stderr.split("\n")[0] ?? ""}`;
}
