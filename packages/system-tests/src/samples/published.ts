import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import type { ObjectStore } from "@lectern/object-store";
import type { Tools } from "./measure.ts";
import { runTool } from "./tool.ts";

/** What was published, taken from the store and joined to files that any tool reads. */
export interface Published {
  /** The largest picture and the default sound, each whole; null where there is none. */
  readonly video: string | null;
  readonly audio: string | null;
  readonly width: number | null;
  readonly height: number | null;
  /** Of the longest rendition, by its playlist. */
  readonly seconds: number;
  readonly frames: number | null;
  /** What is wrong with it, in words. */
  readonly problems: readonly string[];
}

const AT_ONCE = 8;

/** Fetches what a player of the best quality would, and decodes all of it. @throws where the store does not answer */
export async function fetchPublished(
  store: ObjectStore,
  master: string,
  dir: string,
  tools: Tools,
): Promise<Published> {
  await mkdir(dir, { recursive: true });
  const read = (key: string) => readObject(store, key, tools.signal);
  const text = (await read(master)).toString();
  const audioUri = /^#EXT-X-MEDIA:(?=.*TYPE=AUDIO)(?=.*DEFAULT=YES).*URI="([^"]+)"/m.exec(text)?.[1] ?? null;
  const [, width, height] = /RESOLUTION=(\d+)x(\d+)/.exec(text) ?? [];
  const first = text.split("\n").find((line) => line !== "" && !line.startsWith("#")) ?? null;
  const video = width === undefined ? null : first;
  const problems: string[] = [];
  const join = async (uri: string | null, name: string) => {
    if (uri === null) return null;
    const key = new URL(uri, `http://store/${master}`).pathname.slice(1);
    const joined = await joinRendition(read, key, path.join(dir, name));
    problems.push(...joined.problems);
    return joined;
  };
  const [picture, sound] = [await join(video, "video.mp4"), await join(video === null ? first : audioUri, "audio.mp4")];
  for (const joined of [picture, sound]) if (joined !== null) problems.push(...(await decodeProblems(joined, tools)));
  return {
    video: picture?.path ?? null,
    audio: sound?.path ?? null,
    width: width === undefined ? null : Number(width),
    height: height === undefined ? null : Number(height),
    seconds: Math.max(picture?.seconds ?? 0, sound?.seconds ?? 0),
    frames: picture === null ? null : await countFrames(picture.path, tools),
    problems,
  };
}

interface Joined {
  readonly path: string;
  readonly seconds: number;
  readonly problems: readonly string[];
}

async function joinRendition(read: (key: string) => Promise<Buffer>, key: string, file: string): Promise<Joined> {
  const text = (await read(key)).toString();
  const uris = [...text.matchAll(/^#EXT-X-MAP:.*URI="([^"]+)"|^(?!#)(\S+)$/gm)].map(
    (match) => match[1] ?? match[2] ?? "",
  );
  const keys = uris.map((uri) => new URL(uri, `http://store/${key}`).pathname.slice(1));
  const pieces: Buffer[] = [];
  for (let from = 0; from < keys.length; from += AT_ONCE)
    pieces.push(...(await Promise.all(keys.slice(from, from + AT_ONCE).map(read))));
  await writeFile(file, pieces);
  const seconds = [...text.matchAll(/^#EXTINF:([\d.]+)/gm)].reduce((sum, match) => sum + Number(match[1]), 0);
  return { path: file, seconds, problems: text.includes("#EXT-X-ENDLIST") ? [] : [`${key} has no end`] };
}

async function decodeProblems({ path: file }: Joined, { ffmpeg, signal }: Tools): Promise<string[]> {
  const args = ["-nostdin", "-v", "error", "-i", file, "-f", "null", "-"];
  const { ok, stderr } = await runTool(ffmpeg, args, { seconds: 600, signal });
  return ok && stderr === "" ? [] : [`the output does not decode cleanly: ${stderr.split("\n")[0] ?? ""}`];
}

async function countFrames(file: string, { ffprobe, signal }: Tools): Promise<number | null> {
  const show = ["-count_packets", "-show_entries", "stream=nb_read_packets", "-of", "csv=p=0"];
  const { ok, stdout } = await runTool(ffprobe, ["-v", "error", ...show, file], { seconds: 120, signal });
  return ok ? Number.parseInt(stdout.toString(), 10) : null;
}

async function readObject(store: ObjectStore, key: string, signal: AbortSignal): Promise<Buffer> {
  const answer = await fetch(await store.presignGet(key, { expiresSeconds: 300 }), { signal });
  const bytes = Buffer.from(await answer.arrayBuffer());
  if (answer.status !== 200) throw new Error(`${key}: ${answer.status}`);
  return bytes;
}
