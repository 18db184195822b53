import { createHash } from "node:crypto";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { RunContext } from "@lectern/encode-worker";
import type { EncodedVideo, EncodePlan, EncodeResult, MediaInfo, SegmentFile } from "@lectern/media";

const SECONDS = 1;
const SIZE = { width: 160, height: 90 };
const FRAME_RATE = { num: 25, den: 1 };

/** What ffprobe finds in the film that simulated uploads bring. */
export const FILM: MediaInfo = {
  version: 1,
  format: "mov,mp4,m4a,3gp,3g2,mj2",
  durationSeconds: SECONDS,
  startSeconds: 0,
  bitRate: null,
  video: [
    {
      index: 0,
      codec: "h264",
      profile: null,
      ...SIZE,
      sampleAspect: { num: 1, den: 1 },
      rotation: 0,
      mirrored: false,
      displayWidth: SIZE.width,
      displayHeight: SIZE.height,
      baseFrameRate: FRAME_RATE,
      averageFrameRate: FRAME_RATE,
      pixelFormat: "yuv420p",
      bitDepth: 8,
      colour: { transfer: null, primaries: null, space: null, range: null },
      fieldOrder: "progressive",
      timeBase: { num: 1, den: 12_800 },
      startPts: 0,
      durationSeconds: SECONDS,
      frameCount: SECONDS * FRAME_RATE.num,
      attachedPicture: false,
      default: true,
      dolbyVisionOnly: false,
      decodable: true,
    },
  ],
  audio: [],
  subtitles: [],
  otherCount: 0,
  chapters: [],
  programmes: [],
  encrypted: false,
};

/**
 * One rendition of one segment, in the run's own folder. Its bytes are no film, but they name the run: what one run
 * stores under its prefix is never equal to another's.
 */
export async function fakeEncode(
  { run, scratch, tenantId, videoId }: RunContext,
  plan: EncodePlan,
): Promise<{ outDir: string; result: EncodeResult }> {
  const outDir = join(scratch, "out");
  const [id, name] = ["v90", `tenant ${tenantId}, video ${videoId}, run ${run.generation}.${run.attempt}`];
  await mkdir(join(outDir, id), { recursive: true });

  async function file(kind: "init" | "segment"): Promise<SegmentFile> {
    const own = kind === "init" ? "init.mp4" : "seg-00001.m4s";
    const bytes = Buffer.from(`${kind} of ${name}\n`.repeat(20));
    const path = join(outDir, id, own);
    await writeFile(path, bytes);
    return {
      name: `${id}/${own}`,
      path,
      bytes: bytes.byteLength,
      sha256: createHash("sha256").update(bytes).digest("hex"),
      contentType: "video/mp4",
      rendition: id,
      kind,
      index: kind === "init" ? 0 : 1,
      durationSeconds: kind === "init" ? 0 : SECONDS,
    };
  }
  const rendition: EncodedVideo = {
    id,
    kind: "video",
    init: await file("init"),
    segments: [await file("segment")],
    codec: "avc1.64000a",
    durationSeconds: SECONDS,
    startSeconds: 0,
    peakBitRate: 8_000,
    averageBitRate: 8_000,
    ...SIZE,
    frameRate: FRAME_RATE,
    frames: SECONDS * FRAME_RATE.num,
  };
  return {
    outDir,
    result: { plan, renditions: [rendition], durationSeconds: SECONDS, storyboard: null, decoded: [], warnings: [] },
  };
}
