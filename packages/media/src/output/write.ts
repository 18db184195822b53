import type { EncodedRendition, OutputFile, SubtitleTrack } from "../result-types.ts";
import type { Chapter } from "../types.ts";
import { targetDuration } from "./bandwidth.ts";
import {
  buildMasterPlaylist,
  buildMediaPlaylist,
  buildSubtitlePlaylist,
  CHAPTERS_JSON_NAME,
  MASTER_NAME,
  mediaPlaylistName,
  PLAYLIST_TYPE,
  SUBTITLE_FILE,
} from "./playlists.ts";
import { buildChapterTrack, buildSubtitles } from "./webvtt.ts";
import { writeOutput } from "./write-output.ts";

export const CHAPTERS_NAME = "chapters.vtt";

/**
 * Writes into `outDir` one playlist a rendition, the subtitles and chapters that there are, and the master, which is the
 * last of the list.
 */
export async function writePlaylists(options: {
  readonly renditions: readonly EncodedRendition[];
  readonly subtitles?: readonly SubtitleTrack[];
  readonly chapters?: readonly Chapter[];
  readonly outDir: string;
}): Promise<OutputFile[]> {
  const { renditions, subtitles = [], outDir } = options;
  const durationSeconds = Math.max(0, ...renditions.map((rendition) => rendition.durationSeconds));
  const chapters = within(options.chapters ?? [], durationSeconds);
  const files: OutputFile[] = [];
  const write = async (name: string, text: string, type: string) => {
    files.push(await writeOutput(outDir, name, Buffer.from(text), type));
  };
  const target = Math.max(...renditions.map(({ segments }) => targetDuration(segments)));
  for (const rendition of renditions) {
    await write(mediaPlaylistName(rendition.id), buildMediaPlaylist(rendition, target), PLAYLIST_TYPE);
  }
  for (const { plan, cues } of subtitles) {
    await write(`${plan.id}/${SUBTITLE_FILE}`, buildSubtitles(cues, durationSeconds), "text/vtt");
    await write(mediaPlaylistName(plan.id), buildSubtitlePlaylist(durationSeconds), PLAYLIST_TYPE);
  }
  if (chapters.length > 0) {
    await write(CHAPTERS_NAME, buildChapterTrack(chapters), "text/vtt");
    await write(CHAPTERS_JSON_NAME, buildChaptersJson(chapters), "application/json");
  }
  const master = buildMasterPlaylist(renditions, { subtitles, chapters: chapters.length > 0 });
  await write(MASTER_NAME, master, PLAYLIST_TYPE);
  return files;
}

function within(chapters: readonly Chapter[], durationSeconds: number): Chapter[] {
  return chapters
    .filter((chapter) => chapter.startSeconds < durationSeconds)
    .map((chapter) => ({ ...chapter, endSeconds: Math.min(chapter.endSeconds, durationSeconds) }));
}

/** As Apple's players read it (`com.apple.hls.chapters`). Titles come without a language, which "und" says. Pure. */
function buildChaptersJson(chapters: readonly Chapter[]): string {
  const ms = (seconds: number) => Math.round(seconds * 1000) / 1000;
  return JSON.stringify(
    chapters.map(({ startSeconds, endSeconds, title }, i) => ({
      chapter: i + 1,
      "start-time": ms(startSeconds),
      duration: ms(endSeconds - startSeconds),
      titles: [{ language: "und", title: title ?? `Chapter ${i + 1}` }],
    })),
  );
}
