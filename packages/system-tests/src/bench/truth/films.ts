import { execFile } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";

const execute = promisify(execFile);

/** A film to be made: a short piece, repeated without encoding it again, so that long ones cost little. */
export interface FilmKind {
  readonly name: string;
  /** lavfi sources of the picture, one after the other in the film; none for sound alone. */
  readonly pictures: readonly string[];
  readonly seconds: number;
  readonly tracks: number;
  readonly codec: readonly string[];
  readonly container: "mp4" | "mkv" | "ts";
}

const PIECE_SECONDS = 10;
const H264 = ["-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p"];
const HEVC_HDR = [
  ...["-c:v", "libx265", "-preset", "ultrafast", "-x265-params", "log-level=error", "-pix_fmt", "yuv420p10le"],
  ...["-color_primaries", "bt2020", "-color_trc", "smpte2084", "-colorspace", "bt2020nc"],
];
const MPEG2 = ["-c:v", "mpeg2video", "-q:v", "4", "-flags", "+ilme+ildct", "-pix_fmt", "yuv420p"];

const moving = (size: string, rate: number) => `testsrc2=size=${size}:rate=${rate}`;
/** A new picture every five seconds, and nothing in between. */
const slides = (size: string) => `testsrc2=size=${size}:rate=1/5,fps=30`;
const noise = (size: string) => `color=gray:size=${size}:rate=25,noise=alls=60:allf=t`;

function film(
  name: string,
  pictures: string | readonly string[],
  seconds: number,
  changes: Partial<FilmKind> = {},
): FilmKind {
  return { name, pictures: [pictures].flat(), seconds, tracks: 1, codec: H264, container: "mp4", ...changes };
}

/** What is measured. */
export const MEASURED_FILMS: readonly FilmKind[] = [
  film("slides 720p", slides("1280x720"), 60),
  film("noise 360p", noise("640x360"), 60),
  film("film 1080p", moving("1920x1080", 30), 20),
  film("portrait 720p", moving("720x1280", 30), 30),
  film("sound alone", [], 900),
  film("HDR, 10 bits", moving("1280x720", 25), 20, { codec: HEVC_HDR, container: "mkv" }),
  film("60 pictures/s", moving("1280x720", 60), 20),
  film("6 tracks", moving("640x360", 25), 60, { tracks: 6, container: "mkv" }),
  film("short 480p", moving("854x480", 30), 30),
  film("long 360p", moving("640x360", 25), 150),
  film("slides, then noise", [slides("854x480"), `${noise("854x480")},fps=30`], 60),
  film("interlaced 576", moving("720x576", 25), 50, { codec: MPEG2, container: "ts" }),
];

/** Of those, what waits in a queue of one worker: six lengths of work that do not follow from the films' own lengths. */
export const QUEUED_FILMS: readonly string[] = [
  ...["slides 720p", "noise 360p", "film 1080p", "portrait 720p", "sound alone", "short 480p"],
];

export const WARM_UP = film("warm-up", moving("320x180", 25), 10);

/** What the model may learn from before: other sizes, lengths and mixtures. */
export const TEACHING_FILMS: readonly FilmKind[] = [
  film("film 540p", moving("960x540", 25), 20),
  film("slides 1080p", slides("1920x1080"), 10),
  film("noise 240p", noise("426x240"), 40),
  film("short sound", [], 300),
  film("HDR 360p", moving("640x360", 25), 10, { codec: HEVC_HDR, container: "mkv" }),
  film("interlaced 480", moving("640x480", 25), 30, { codec: MPEG2, container: "ts" }),
  film("50 pictures/s", moving("640x360", 50), 30),
  film("noise 480p", noise("854x480"), 20),
];

/** Makes the film in `dir`; gives its path. */
export async function makeFilm(ffmpeg: string, dir: string, kind: FilmKind): Promise<string> {
  const base = join(dir, kind.name.replaceAll(/[^a-z0-9]+/gi, "-"));
  const path = `${base}.${kind.container}`;
  const run = (args: readonly string[]) => execute(ffmpeg, ["-nostdin", "-v", "error", "-y", ...args]);
  const parts = kind.pictures.length === 0 ? [null] : kind.pictures;
  const pieces: string[] = [];
  for (const [index, picture] of parts.entries()) {
    const piece = `${base}-${index}.piece.${kind.container}`;
    const sounds = Array.from({ length: kind.tracks }, (_, track) => [
      ...["-f", "lavfi", "-i", `sine=frequency=${300 + 100 * track}:sample_rate=48000,volume=0.3`],
    ]).flat();
    const inputs = [...(picture === null ? [] : ["-f", "lavfi", "-i", picture]), ...sounds];
    const maps = Array.from({ length: kind.tracks + (picture === null ? 0 : 1) }, (_, input) => ["-map", `${input}`]);
    await run([
      ...[...inputs, ...maps.flat(), "-t", String(PIECE_SECONDS), ...(picture === null ? [] : kind.codec)],
      ...["-c:a", "aac", "-b:a", "96k", piece],
    ]);
    pieces.push(piece);
  }
  const times = Math.max(1, Math.round(kind.seconds / PIECE_SECONDS / pieces.length));
  const list = `${base}.txt`;
  const lines = pieces.flatMap((piece) => Array.from({ length: times }, () => `file '${piece}'\n`));
  await writeFile(list, lines.join(""));
  await run(["-f", "concat", "-safe", "0", "-i", list, "-map", "0", "-c", "copy", path]);
  return path;
}
