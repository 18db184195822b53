import { decodes, type EncodePlan, earlyStretch, makeEarlyPoster, type Poster, type SegmentFile } from "@lectern/media";
import type { MediaSettings } from "../run-context.ts";

/** What was done with some of the segments while the encoder made the others. */
export interface EarlyWork {
  /** Null where none was made, or none that is good enough. */
  poster: Poster | null;
  /** SHA-256 of first and last segments that decode without an error. */
  decoded: ReadonlySet<string>;
}

/** What needs only some of the segments, done while the encoder makes the others; nothing depends on its success. */
export interface Early {
  take(file: SegmentFile): void;
  /** All that was taken is void. */
  reset(): void;
  /** Waits a little for what is under way; what takes longer is given up, and made again where it is needed. */
  result(): Promise<EarlyWork>;
  /** Gives up what is under way; none of its processes is left when this resolves. */
  end(): Promise<void>;
}

const MOST_WAIT_MS = 5_000;

interface Surroundings {
  outDir: string;
  media: MediaSettings;
  signal: AbortSignal;
}

export function createEarly(plan: EncodePlan, { outDir, media, signal: wanted }: Surroundings): Early {
  const { limits, tools } = media;
  /** Gives up what is under way. */
  let pass = new AbortController();
  const largest = plan.video?.renditions[0];
  const segments = (plan.expectedSeconds ?? 0) / plan.segmentSeconds;
  const stretch = earlyStretch(Math.floor(segments));
  // The small renditions end before the large ones: by the time all have ended, most last segments are tried. Where it
  // was not the last one after all, that one is tried later.
  const last = Math.ceil(segments);
  let inits = new Map<string, SegmentFile>();
  let pictures: SegmentFile[] = [];
  let checks: Promise<string | null>[] = [];
  let poster: Promise<Poster | null> = Promise.resolve(null);
  /** Whatever became of what it was for. */
  const begun: Promise<unknown>[] = [];

  const signal = (): AbortSignal => AbortSignal.any([wanted, pass.signal]);

  async function check(init: SegmentFile, segment: SegmentFile): Promise<string | null> {
    return (await decodes(init, segment, { tools, signal: signal(), limits })) ? segment.sha256 : null;
  }

  function illustrate(init: SegmentFile, file: SegmentFile): void {
    if (plan.video === null || largest === undefined || stretch === null || file.rendition !== largest.id) return;
    const [first, end] = stretch;
    if (file.index > first && file.index <= end) pictures.push(file);
    if (file.index !== end) return;
    const { height, width } = largest;
    const source = { init, segments: pictures, width, height, frameRate: plan.video.frameRate };
    poster = makeEarlyPoster(source, { tools, outDir, signal: signal(), limits }).catch(() => null);
    begun.push(poster);
  }

  return {
    take(file) {
      if (file.kind === "init") inits.set(file.rendition, file);
      const init = inits.get(file.rendition);
      if (init === undefined || init === file) return;
      if (file.index === 1 || file.index === last) {
        const checked = check(init, file).catch(() => null);
        checks.push(checked);
        begun.push(checked);
      }
      illustrate(init, file);
    },
    reset() {
      // Else a poster of what is void could be written over that of what comes.
      pass.abort();
      pass = new AbortController();
      inits = new Map();
      pictures = [];
      checks = [];
      poster = Promise.resolve(null);
    },
    async result() {
      const givingUp = setTimeout(() => pass.abort(), MOST_WAIT_MS);
      const [checked, made] = await Promise.all([Promise.all(checks), poster]);
      clearTimeout(givingUp);
      return { poster: made, decoded: new Set(checked.filter((sha256) => sha256 !== null)) };
    },
    async end() {
      pass.abort();
      await Promise.all(begun);
    },
  };
}
