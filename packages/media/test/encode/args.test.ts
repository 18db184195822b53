import t from "tap";
import { encodeArgs, renditionIds, type Sink } from "../../src/encode/args.ts";
import { audioFilter, videoGraph } from "../../src/encode/filters.ts";
import { bareFfmpegArgs, DEFAULT_LIMITS, planEncode } from "../../src/index.ts";
import { audio, info, video } from "../support/info.ts";

const small = video({ width: 320, height: 180, displayWidth: 320, displayHeight: 180 });
const sink = (i: number): Sink => ({ kind: "fragments", name: `pipe:${3 + i}` });

t.test("the guards stand before the input, whose name is one argument", async (t) => {
  const plan = planEncode(info());
  const path = "/tmp/a b; $(rm -rf ~) 'x' -i http:foo.mp4";
  const args = encodeArgs(
    plan,
    path,
    renditionIds(plan).map((_, i) => sink(i)),
    {
      limits: DEFAULT_LIMITS,
      progress: "pipe:1",
    },
  );
  const input = args.indexOf("-i");
  t.equal(args[input + 1], `file:${path}`);
  t.equal(args.filter((arg) => arg === "-i").length, 1);
  for (const guard of [
    "-protocol_whitelist",
    "-format_whitelist",
    "-codec_whitelist:v",
    "-max_pixels",
    "-max_streams",
  ]) {
    t.ok(args.indexOf(guard) > 0 && args.indexOf(guard) < input, guard);
  }
  t.equal(args[args.indexOf("-protocol_whitelist") + 1], "file");
  const formats = args[args.indexOf("-format_whitelist") + 1]?.split(",") ?? [];
  for (const format of ["hls", "dash", "concat", "image2", "lavfi", "sdp", "rtsp"])
    t.notOk(formats.includes(format), format);
});

t.test("time stamps are kept, or held to what can be", async (t) => {
  const of = (format: string, durationSeconds = 10) =>
    bareFfmpegArgs(planEncode(info({ format, video: [video({ durationSeconds })] })), "film", "out");
  const gap = (args: readonly string[]) => args[args.indexOf("-dts_error_threshold") + 1];
  t.ok(of("mov,mp4").includes("-copyts"));
  t.notOk(of("mov,mp4").includes("-dts_error_threshold"));
  t.ok(of("avi").indexOf("-dts_error_threshold") < of("avi").indexOf("-i"));
  t.equal(gap(of("avi")), "600");
  t.equal(gap(of("flv", 5_400.2)), "5401", "a recording may hold still for long");
});

t.test("one decode feeds every rendition, one pipe each", async (t) => {
  const plan = planEncode(info());
  const ids = renditionIds(plan);
  t.same(ids, ["v1080", "v720", "v480", "v360", "v240", "a1"]);
  const args = encodeArgs(
    plan,
    "/x",
    ids.map((_, i) => sink(i)),
    { limits: DEFAULT_LIMITS, progress: null },
  );
  t.equal(args.filter((arg) => arg === "-filter_complex").length, 1);
  for (const [i, id] of ids.slice(0, 5).entries()) {
    t.ok(args.includes(`[${id}]`), id);
    t.ok(args.includes(`pipe:${3 + i}`));
  }
  t.equal(args.at(-1), "pipe:8");
  t.throws(() => encodeArgs(plan, "/x", [sink(0)], { limits: DEFAULT_LIMITS, progress: null }), RangeError);
});

t.test("segments begin at whole frames and nowhere else", async (t) => {
  const rate = { num: 25, den: 1 };
  const plan = planEncode(info({ video: [{ ...small, baseFrameRate: rate, averageFrameRate: rate }] }));
  const args = bareFfmpegArgs(plan, "/in.mp4", "/out").join(" ");
  t.match(args, "-force_key_frames expr:eq(mod(n,100),0)");
  t.match(args, "-sc_threshold 0 -g 9999");
  t.match(args, "-enc_time_base 1/25");
  t.match(args, "file:/out/v180.mp4");
  t.match(args, "file:/out/a1.mp4");
});

t.test("the graph of an ordinary film", async (t) => {
  const plan = planEncode(info({ video: [small] }));
  t.equal(
    plan.video && videoGraph(plan.video, false),
    "[0:0]scale=320:180:force_original_aspect_ratio=decrease:flags=bicubic,pad=320:180:-1:-1:eval=frame," +
      "fps=fps=30/1:start_time=0:eof_action=pass," +
      "scale=320:180:flags=bicubic:in_color_matrix=bt601:out_color_matrix=bt601:in_range=tv:out_range=tv," +
      "format=yuv420p,setsar=1," +
      "setparams=range=tv:colorspace=smpte170m:color_primaries=bt709:color_trc=bt709[v180]",
  );
});

t.test(
  "the storyboard takes one of a few frames from the graph: one that waits for many makes ffmpeg hold all the others",
  async (t) => {
    const plan = planEncode(info({ video: [small] }));
    const graph = plan.video ? videoGraph(plan.video, true) : "";
    t.match(graph, /\[v180\]\[storyboard0\];\[storyboard0\]framestep=6,scale=160:90:[^;]*\[storyboard\]$/);
    t.notMatch(graph, /select|tile|thumbnail/);
    const sinks = renditionIds(plan).map((_, i) => sink(i));
    const args = encodeArgs(plan, "/x", sinks, { limits: DEFAULT_LIMITS, progress: null, storyboard: "pipe:5" });
    t.strictSame(args.slice(args.indexOf("cfr"), args.indexOf("cfr") + 5), [
      ...["cfr", "-r", "30/30", "-frame_drop_threshold", "0.016666667"],
    ]);
    t.equal(args.at(-1), "pipe:5");
  },
);

t.test("the graph of everything at once", async (t) => {
  const colour = { transfer: "smpte2084", primaries: "bt2020", space: "bt2020nc", range: "tv" };
  const strange = video({ index: 2, fieldOrder: "tt", startPts: 600, durationSeconds: 1, colour });
  const plan = planEncode(info({ video: [strange], audio: [audio({ startPts: 4800, durationSeconds: 9 })] }));
  const graph = plan.video ? videoGraph(plan.video, false) : "";
  const order = [
    "[0:2]scale=",
    "pad=",
    "setpts=PTS-(600)",
    "bwdif=",
    "fps=",
    "tpad=",
    "trim=end_frame=",
    "tonemap=",
    "split=5",
    "[v240]",
  ];
  const places = order.map((part) => graph.indexOf(part));
  t.notOk(places.includes(-1), graph);
  t.same(
    places,
    places.toSorted((a, b) => a - b),
    "in this order",
  );
});

t.test("the sound's filters", async (t) => {
  const [track] = planEncode(
    info({ audio: [audio({ startPts: 9600 })], video: [{ ...small, startPts: 15360 }] }),
  ).audio;
  t.match(
    track && audioFilter(track),
    /^asetpts=PTS-round\(\(9600\)\*1\/48000\/TB\),aresample=async=1:first_pts=0:osr=48000:rematrix_maxval=1,aformat/,
  );
  const [short] = planEncode(info({ audio: [audio({ durationSeconds: 2 })] })).audio;
  t.match(short && audioFilter(short), /apad=whole_dur=10\.000000$/);
});
