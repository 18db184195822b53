import { makePoster, type Poster } from "@lectern/media";
import type { EncodeStep } from "../run-context.ts";
import type { Validated } from "./validating.ts";

export interface Illustrated extends Validated {
  /** Null where the lecture has no picture. */
  poster: Poster | null;
}

export const thumbnail: EncodeStep<Validated, Illustrated> = {
  name: "thumbnail",
  async run({ media, publisher, signal }, validated) {
    const { early, outDir, result } = validated;
    const { limits, tools } = media;
    const poster = early.poster ?? (await makePoster({ tools, renditions: result.renditions, outDir, signal, limits }));
    if (poster !== null) publisher.add(poster.file);
    return { ...validated, poster };
  },
};
