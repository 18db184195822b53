import { setTimeout as pause } from "node:timers/promises";
import { describeFile, ENCODE_STEPS, type EncodeSteps } from "@lectern/encode-worker";
import { planEncode, writePlaylists } from "@lectern/media";
import { FILM, fakeEncode } from "./media.ts";

/** As long as a run is at work with nothing to do, so that faults find it there: between these, in milliseconds. */
const ENCODING_MS = [200, 1_500] as const;
const REPORTS = 4;

/**
 * The steps of an encode that encodes nothing: what asks the services, reads or writes the store is the real thing; what
 * would run ffmpeg or ffprobe knows beforehand what they would say.
 */
export const SIMULATED_STEPS: EncodeSteps = {
  ...ENCODE_STEPS,
  probing: {
    name: "probing",
    run: async ({ media }, file) => {
      const plan = planEncode(FILM, media.plan);
      return { ...file, info: FILM, plan, described: describeFile(file.source.size, FILM, plan) };
    },
  },
  transcoding: {
    name: "transcoding",
    async run(context, file) {
      const { publisher, report, signal } = context;
      const [least, most] = ENCODING_MS;
      const lastsMs = least + Math.random() * (most - least);
      for (let done = 1; done <= REPORTS; done += 1) {
        await pause(lastsMs / REPORTS, undefined, { signal }).catch(() => signal.throwIfAborted());
        report((100 * done) / REPORTS);
      }
      const { outDir, result } = await fakeEncode(context, file.plan);
      for (const { init, segments } of result.renditions) for (const each of [init, ...segments]) publisher.add(each);
      return {
        file,
        outDir,
        result,
        subtitles: { tracks: [], warnings: [] },
        early: { poster: null, decoded: new Set<string>() },
      };
    },
  },
  validating: {
    name: "validating",
    async run(_context, encoded) {
      const { outDir, result } = encoded;
      const playlists = await writePlaylists({ renditions: result.renditions, outDir });
      return { ...encoded, durationSeconds: result.durationSeconds, playlists };
    },
  },
  thumbnail: {
    name: "thumbnail",
    run: async (_context, validated) => ({ ...validated, poster: null }),
  },
};
