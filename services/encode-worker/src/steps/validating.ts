import { type OutputFile, validateOutput, writePlaylists } from "@lectern/media";
import { RunFailed } from "../endings.ts";
import type { EncodeStep } from "../run-context.ts";
import type { Encoded } from "./transcoding.ts";

export interface Validated extends Encoded {
  /** Of the output. */
  durationSeconds: number;
  /** One a rendition, then the master. */
  playlists: readonly OutputFile[];
}

/** Writes the playlists and checks what lies on the disk against what was planned. */
export const validating: EncodeStep<Encoded, Validated> = {
  name: "validating",
  async run({ media, report, signal }, encoded) {
    const { early, outDir, result, subtitles } = encoded;
    const playlists = await writePlaylists({
      renditions: result.renditions,
      subtitles: subtitles.tracks,
      chapters: result.plan.chapters,
      outDir,
    });
    report(30);
    const { limits, tools } = media;
    const validation = await validateOutput({
      ...{ tools, result, subtitles: subtitles.tracks, outDir, signal, limits },
      decoded: early.decoded,
    });
    if (!validation.ok) throw new RunFailed("OUTPUT_INVALID", validation.problem);
    return { ...encoded, durationSeconds: validation.durationSeconds, playlists };
  },
};
