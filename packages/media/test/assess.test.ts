import t from "tap";
import { type Assessment, assess, type FileFacts, type ProbeResult } from "../src/index.ts";
import { audio, info, video } from "./support/info.ts";

const whole: FileFacts = { sizeBytes: 1000, container: "isobmff", missing: null, encrypted: null, ending: null };
const media = (special: Parameters<typeof info>[0] = {}): ProbeResult => ({ kind: "media", info: info(special) });
const outcome = (assessed: Assessment) => (assessed.kind === "refuse" ? assessed.code : assessed.kind);

t.test("what becomes of a file", async (t) => {
  t.equal(outcome(assess(media(), whole)), "encode");
  t.equal(outcome(assess(media({ video: [] }), whole)), "encode", "sound alone");
  t.equal(outcome(assess(media({ audio: [], durationSeconds: 1e12 }), whole)), "encode", "a header may lie");
  t.equal(outcome(assess(media(), { ...whole, sizeBytes: 0 })), "SOURCE_UNREADABLE");
  t.equal(outcome(assess(media(), { ...whole, missing: "half of it" })), "SOURCE_INCOMPLETE");
  t.equal(outcome(assess(media(), { ...whole, missing: "half", encrypted: "encv" })), "SOURCE_ENCRYPTED");
  t.equal(outcome(assess(media({ encrypted: true }), whole)), "SOURCE_ENCRYPTED");
  t.equal(outcome(assess(media({ video: [], audio: [] }), whole)), "NO_PLAYABLE_STREAM");
  const cover = video({ attachedPicture: true });
  t.equal(outcome(assess(media({ video: [cover], audio: [] }), whole)), "NO_PLAYABLE_STREAM");
  const unknown = media({ video: [video({ decodable: false })], audio: [audio({ decodable: false })] });
  t.equal(outcome(assess(unknown, whole)), "UNSUPPORTED_CODEC");
  t.equal(outcome(assess(media({ video: [video({ width: 16000, height: 16000 })] }), whole)), "LIMITS_EXCEEDED");
  const dolby = media({ video: [video({ dolbyVisionOnly: true })] });
  t.equal(outcome(assess(dolby, whole)), "UNSUPPORTED_CODEC", "never its sound alone, or wrong colours");
  t.equal(outcome(assess(media({ otherCount: 100 }), whole)), "LIMITS_EXCEEDED");
  const unreadable: ProbeResult = { kind: "not_media", code: "SOURCE_UNREADABLE", detail: "moov atom not found" };
  t.equal(outcome(assess(unreadable, whole)), "SOURCE_UNREADABLE");
  t.equal(outcome(assess(unreadable, { ...whole, missing: "no moov" })), "SOURCE_INCOMPLETE");
  t.equal(outcome(assess(unreadable, { ...whole, ending: "half a page" })), "SOURCE_INCOMPLETE");
  const broken = { ...whole, ending: "half a page" };
  t.equal(outcome(assess(media(), broken)), "SOURCE_INCOMPLETE");
  t.equal(outcome(assess(media({ startSeconds: 122 }), broken)), "encode", "taken out of a running stream");
  t.equal(outcome(assess({ kind: "inconclusive", detail: "killed" }, whole)), "retry");
});
