import t from "tap";
import { ProgressReader, parseAccount } from "../../src/encode/accounts.ts";
import { undecodableStreams } from "../../src/encode/verdict.ts";
import { type DecodedStream, MediaError, planEncode } from "../../src/index.ts";
import { info } from "../support/info.ts";

const plan = planEncode(info());
const all = new Set(["v1080", "v720", "v480", "v360", "v240", "a1"]);
const decoded = (video: number, audio: number): DecodedStream[] => [
  { streamIndex: 0, packets: 100, frames: video },
  { streamIndex: 1, packets: 100, frames: audio },
];

t.test("a few lost pictures are no reason to fail", async (t) => {
  t.same(undecodableStreams(plan, decoded(95, 100), all), []);
  t.same(undecodableStreams(plan, decoded(50, 100), all), [], "two fields make one picture");
});

t.test("a track of noise, or of nothing, is left out", async (t) => {
  t.same(
    undecodableStreams(plan, decoded(100, 3), all).map((bad) => bad.streamIndex),
    [1],
  );
  t.same(
    undecodableStreams(plan, decoded(100, 0), new Set([...all].filter((id) => id !== "a1"))).map(
      (bad) => bad.streamIndex,
    ),
    [1],
  );
  t.same(
    undecodableStreams(plan, decoded(0, 100), new Set(["a1"])).map((bad) => bad.streamIndex),
    [0],
  );
});

t.test("a film of which almost nothing decodes fails", async (t) => {
  t.throws(() => undecodableStreams(plan, decoded(5, 100), all), { code: "SOURCE_UNREADABLE" });
  const some = new Set(["v1080", "a1"]);
  t.throws(() => undecodableStreams(plan, decoded(100, 100), some), MediaError, "one rendition of many is missing");
});

t.test("ffmpeg's accounts of 5.1 and 7.0", async (t) => {
  const old =
    "[verbose]   Input stream #0:1 (audio): 123 packets read (246861 bytes); 122 frames decoded (41082 samples);";
  const recent =
    "[in#0/mpeg] [verbose]   Input stream #0:0 (video): 27 packets read (782771 bytes); 17 frames decoded; 0 decode errors;";
  t.same(parseAccount(old), { streamIndex: 1, packets: 123, frames: 122 });
  t.same(parseAccount(recent), { streamIndex: 0, packets: 27, frames: 17 });
  t.equal(parseAccount("[verbose]   Output stream #0:0 (video): 17 frames encoded; 17 packets muxed"), null);
});

t.test("progress comes in any pieces", async (t) => {
  const seen: [number, number][] = [];
  const reader = new ProgressReader((frames, seconds) => seen.push([frames, seconds]));
  const text = "frame=0\nout_time_us=N/A\nprogress=continue\nframe=45\nout_time_us=1500000\nprogress=end\n";
  for (const character of text) reader.push(Buffer.from(character));
  t.same(seen, [
    [0, 0],
    [45, 1.5],
  ]);
});
