import * as HLS from "hls-parser";
import t from "tap";
import {
  buildMasterPlaylist,
  buildMediaPlaylist,
  type EncodedAudio,
  type EncodedVideo,
  type SegmentFile,
} from "../../src/index.ts";
import { bandwidthOf } from "../../src/output/bandwidth.ts";
import { parseMasterPlaylist, parseMediaPlaylist } from "../../src/output/parse.ts";

function file(rendition: string, index: number, durationSeconds: number, bytes: number): SegmentFile {
  const name = `${rendition}/${index === 0 ? "init.mp4" : `seg-0000${index}.m4s`}`;
  const kind = index === 0 ? "init" : "segment";
  return { rendition, kind, index, durationSeconds, bytes, name, path: `/out/${name}`, sha256: "", contentType: "" };
}

function base(id: string, durations: readonly number[]) {
  return {
    id,
    init: file(id, 0, 0, 800),
    segments: durations.map((seconds, i) => file(id, i + 1, seconds, 1000)),
    durationSeconds: durations.reduce((sum, seconds) => sum + seconds, 0),
    startSeconds: 0,
    frames: 285,
  };
}

const video: EncodedVideo = {
  ...base("v720", [4.004, 4.004, 1.5]),
  ...{ kind: "video", width: 1280, height: 720, frameRate: { num: 30000, den: 1001 } },
  ...{ codec: "avc1.64001f", peakBitRate: 900_000, averageBitRate: 700_000 },
};
const audio: EncodedAudio = {
  ...base("a1", [4, 4, 1.4]),
  ...{
    kind: "audio",
    channels: 2,
    sampleRate: 48000,
    language: "ko",
    name: "Korean",
    default: true,
    describesPicture: false,
  },
  ...{ codec: "mp4a.40.2", peakBitRate: 130_000, averageBitRate: 128_000 },
};

t.test("a master playlist as others read it", async (t) => {
  const master = HLS.parse(buildMasterPlaylist([video, audio]));
  if (!master.isMasterPlaylist) throw new Error("no master playlist");
  const [variant] = (master as HLS.types.MasterPlaylist).variants;
  t.equal(master.version, 7);
  t.equal(master.independentSegments, true);
  t.equal(variant?.uri, "v720/index.m3u8");
  t.equal(variant?.codecs, "avc1.64001f,mp4a.40.2");
  t.equal(variant?.bandwidth, 1_030_000);
  t.equal(variant?.averageBandwidth, 828_000);
  t.same({ ...variant?.resolution }, { width: 1280, height: 720 });
  t.equal(variant?.frameRate, 29.97);
  const [sound] = variant?.audio ?? [];
  t.equal(sound?.uri, "a1/index.m3u8");
  t.equal(sound?.language, "ko");
  t.equal(sound?.isDefault, true);
  t.equal(sound?.channels, "2");
});

t.test("masters without sound, and with sound alone", async (t) => {
  t.notMatch(buildMasterPlaylist([video]), "AUDIO");
  t.match(buildMasterPlaylist([video]), 'CODECS="avc1.64001f"');
  const alone = buildMasterPlaylist([audio]);
  t.notMatch(alone, "EXT-X-MEDIA");
  t.match(alone, 'CODECS="mp4a.40.2"');
  t.match(alone, /\na1\/index\.m3u8\n$/);
  const other: EncodedAudio = { ...audio, id: "a2", name: "English", language: "en", default: false };
  t.same(parseMasterPlaylist(buildMasterPlaylist([audio, other])).toSorted(), ["a1/index.m3u8", "a2/index.m3u8"]);
  t.throws(() => buildMasterPlaylist([]), RangeError);
});

t.test("a media playlist as others read it, and as we do", async (t) => {
  const text = buildMediaPlaylist(video);
  const playlist = HLS.parse(text) as HLS.types.MediaPlaylist;
  t.equal(playlist.endlist, true);
  t.equal(playlist.playlistType, "VOD");
  t.equal(playlist.targetDuration, 4);
  t.same(
    playlist.segments.map((segment) => [segment.uri, segment.duration]),
    [
      ["seg-00001.m4s", 4.004],
      ["seg-00002.m4s", 4.004],
      ["seg-00003.m4s", 1.5],
    ],
  );
  t.equal(playlist.segments[0]?.map?.uri, "init.mp4");
  t.same(parseMediaPlaylist(text), {
    ...{ map: "init.mp4", targetDuration: 4, ended: true },
    segments: playlist.segments.map((segment) => ({ uri: segment.uri, durationSeconds: segment.duration })),
  });
});

t.test("the peak is that of runs as long as a target duration", async (t) => {
  const segments = [file("v", 1, 4, 4000), file("v", 2, 4, 8000), file("v", 3, 0.04, 9000)];
  const { peak, average } = bandwidthOf(segments);
  t.equal(average, Math.ceil((21_000 * 8) / 8.04));
  t.equal(peak, Math.ceil((17_000 * 8) / 4.04), "one picture at the end is no second of its kind");
  t.same(bandwidthOf([file("v", 1, 0.1, 1000)]), { peak: 80_000, average: 80_000 });
});
