import t from "tap";
import { MediaError, planEncode } from "../../src/index.ts";
import { planWith, withoutStreams } from "../../src/plan/plan.ts";
import { audio, info, subtitle, video } from "../support/info.ts";

t.test("plain JSON, the same each time, with a hash that survives a database column", async (t) => {
  const plan = planEncode(info());
  const { hash, ...rest } = plan;
  t.same(JSON.parse(JSON.stringify(plan)), plan);
  t.equal(planEncode(info()).hash, hash);
  t.not(planEncode(info(), { crf: 30 }).hash, hash);
  const reordered = Object.fromEntries(Object.entries({ ...rest, hash }).toReversed()) as unknown as typeof plan;
  t.equal(planWith(reordered, {}).hash, hash);
});

t.test("segments are whole frames of 4 s, one group", async (t) => {
  const rate = { num: 30000, den: 1001 };
  const plan = planEncode(info({ video: [video({ baseFrameRate: rate, averageFrameRate: rate })] }));
  t.equal(plan.video?.segmentFrames, 120);
  t.equal(plan.segmentSeconds, (120 * 1001) / 30000);
  t.same(plan.groups, [{ firstFrame: 0, endFrame: null }]);
});

t.test("a broadcast of several programmes: what belongs to another one than the picture is left out", async (t) => {
  const streams = {
    video: [video({ index: 1 }), video({ index: 4 })],
    audio: [audio({ index: 0 }), audio({ index: 2 }), audio({ index: 3 }), audio({ index: 5 })],
    subtitles: [subtitle({ index: 6 }), subtitle({ index: 7 })],
  };
  const plan = planEncode(
    info({
      ...streams,
      programmes: [
        [0, 4, 6],
        [1, 2, 3, 7],
      ],
    }),
  );
  t.equal(plan.video?.streamIndex, 1);
  const indices = (tracks: readonly { readonly streamIndex: number }[]) => tracks.map(({ streamIndex }) => streamIndex);
  t.same(indices(plan.audio), [2, 3, 5], "what belongs to no programme stays");
  t.same(indices(plan.subtitles), [7]);
  t.same(plan.leftOut.map(({ streamIndex }) => streamIndex).toSorted(), [0, 4, 6]);
});

t.test("covers are no films, undecodable tracks are named", async (t) => {
  const cover = video({ index: 0, codec: "mjpeg", attachedPicture: true });
  const onlySound = planEncode(info({ video: [cover] }));
  t.equal(onlySound.video, null);
  t.equal(onlySound.audio[0]?.streamIndex, 1);
  t.same(onlySound.leftOut, [], "a cover is nothing that is missed");

  const mute = planEncode(info({ audio: [audio({ codec: "iamf", decodable: false })] }));
  t.same(mute.audio, []);
  t.same(mute.leftOut, [{ streamIndex: 1, code: "TRACK_NOT_DECODABLE", detail: "audio iamf" }]);
});

t.test("nothing to encode", async (t) => {
  const code = (run: () => unknown) => {
    try {
      run();
      return "none";
    } catch (error) {
      return error instanceof MediaError ? error.code : String(error);
    }
  };
  t.equal(
    code(() => planEncode(info({ video: [], audio: [] }))),
    "NO_PLAYABLE_STREAM",
  );
  t.equal(
    code(() => planEncode(info({ video: [video({ decodable: false })], audio: [] }))),
    "UNSUPPORTED_CODEC",
  );
});

t.test("several sound tracks: the default first, languages and unique names", async (t) => {
  const tracks = [
    audio({ index: 1, language: "eng", default: false }),
    audio({ index: 2, language: "kor", default: true }),
    audio({ index: 3, language: "kor", default: false }),
    audio({ index: 4, title: 'a "quoted"\nname', default: false }),
  ];
  const plan = planEncode(info({ audio: tracks }), { maxAudioTracks: 9 });
  t.same(
    plan.audio.map(({ id, streamIndex, language, name, default: preferred }) => [
      id,
      streamIndex,
      language,
      name,
      preferred,
    ]),
    [
      ["a1", 2, "ko", "Korean", true],
      ["a2", 1, "en", "English", false],
      ["a3", 3, "ko", "Korean 2", false],
      ["a4", 4, null, "a  quoted  name", false],
    ],
  );
  t.equal(planEncode(info({ audio: tracks }), { maxAudioTracks: 1 }).leftOut.length, 3, "the others are named");
});

t.test("what begins first is zero", async (t) => {
  const late = planEncode(info({ video: [video({ startPts: 3072 })], audio: [audio({ startPts: 0 })] }));
  t.equal(late.video?.zero.ticks, 0, "the picture comes 0.2 s later");
  const early = planEncode(info({ video: [video({ startPts: 3072 })], audio: [audio({ startPts: 48000 })] }));
  t.equal(early.video?.zero.ticks, 3072);
  t.equal(early.audio[0]?.zero.ticks, 9600, "0.2 s in the sound's own ticks");
  const ninety = { num: 1, den: 90000 };
  const stream = planEncode(
    info({
      format: "mpegts",
      startSeconds: 1.4,
      video: [video({ timeBase: ninety, startPts: 144000 })],
      audio: [audio({ timeBase: ninety, startPts: 130500 })],
    }),
  );
  t.equal(stream.copyTimestamps, false);
  t.equal(stream.video?.zero.ticks, 4500, "ffmpeg shifts by the container's start, which is another stream's");
  const ogg = (startSeconds: number) => planEncode(info({ format: "ogg", startSeconds, video: [video({})] }));
  t.equal(ogg(0).copyTimestamps, false, "an Ogg file may hold several streams one after the other");
  t.equal(ogg(122.9).copyTimestamps, true, "one cut out of a stream: ffmpeg would shift its beginning twice");
});

t.test("filling up by what the header says", async (t) => {
  const still = planEncode(
    info({ video: [video({ durationSeconds: 0.04 })], audio: [audio({ durationSeconds: 30 })] }),
  );
  t.equal(still.video?.padToFrames, 900);
  t.equal(still.audio[0]?.padToSeconds, null);
  const quiet = planEncode(info({ video: [video({ durationSeconds: 30 })], audio: [audio({ durationSeconds: 9 })] }));
  t.equal(quiet.video?.padToFrames, null);
  t.equal(quiet.audio[0]?.padToSeconds, 30);
  const endless = planEncode(info({ video: [video({ durationSeconds: 1e9 })], durationSeconds: 1e9 }));
  t.equal(endless.audio[0]?.padToSeconds, null, "nobody fills up to a billion seconds");
  t.equal(endless.expectedSeconds, 10);
});

t.test("interlaced unless it is said to be progressive", async (t) => {
  const deinterlace = (special: Parameters<typeof video>[0]) =>
    planEncode(info({ video: [video(special)] })).video?.deinterlace;
  t.equal(deinterlace({ fieldOrder: "tt" }), true);
  t.equal(deinterlace({ fieldOrder: null, codec: "mpeg2video" }), true);
  t.equal(deinterlace({ fieldOrder: null, codec: "vp9" }), false);
  t.equal(deinterlace({ fieldOrder: "progressive" }), false);
});

t.test("a plan without some streams", async (t) => {
  const plan = planEncode(info());
  const bad = { streamIndex: 1, code: "TRACK_NOT_DECODABLE", detail: "noise" } as const;
  const mute = withoutStreams(plan, [bad]);
  t.same(mute?.audio, []);
  t.same(mute?.leftOut, [bad]);
  t.not(mute?.hash, plan.hash);
  t.equal(withoutStreams(plan, [bad, { ...bad, streamIndex: 0 }]), null);
});
