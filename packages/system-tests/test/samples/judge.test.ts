import t from "tap";
import { disagreements, type Seen, sameProportions } from "../../src/samples/judge.ts";
import { lagOf } from "../../src/samples/lag.ts";
import { allowedBy, parseManifest } from "../../src/samples/manifest.ts";
import { foreign } from "../../src/samples/outbound.ts";

const HEAD = "file\tsha256\twhy\texpected\texpected_display_wxh\tdecode_test";
const LINE = `a/b c.mp4\t${"ab".repeat(32)}\tany\tREADY\t160x90\tv_frames=50 v_secs=2.00 v_rc=0 a_secs=1.90 a_rc=0`;

t.test("a manifest, whatever else it holds", async (t) => {
  t.match(parseManifest(`\uFEFF${HEAD}\r\n${LINE}\r\n\n`), {
    missing: [],
    samples: [{ file: "a/b c.mp4", display: { width: 160, height: 90 }, decoded: { frames: 50, seconds: 2 } }],
  });
  t.match(parseManifest("expected\tfile\nFAILED\tx"), { missing: ["sha256", "expected_display_wxh", "decode_test"] });
  t.throws(() => parseManifest("name\texpected\nx\tREADY"), { message: "MANIFEST.tsv has no column file." });
  t.throws(() => parseManifest(HEAD), { message: "MANIFEST.tsv names no file." });
  t.equal(parseManifest(`${HEAD}\nx\t\t\tREADY\t\tTIMEOUT45s v_frames=9 v_secs=3`).samples[0]?.decoded, null);
});

t.test("what an expectation allows: its first clause, without what stands in brackets", async (t) => {
  const both = ["READY", "FAILED"];
  const cases: [string, string[]][] = [
    ["READY", ["READY"]],
    ["FAILED (encrypted); READY with garbage picture is a defect", ["FAILED"]],
    ["FAILED (no video track), or READY audio-only if that is supported", both],
    ["READY if inside time limits, else FAILED (too long); worker must survive", both],
    ["READY (audio has decode errors; video intact)", ["READY"]],
    ["whatever", []],
  ];
  for (const [text, allowed] of cases) t.same([...allowedBy(text)].sort(), [...allowed].sort(), text);
});

/** A READY that agrees; tests say only what is different about theirs. */
function seen(special: object = {}, published: object = {}, followed: object = {}): Seen {
  const [sample] = parseManifest(`${HEAD}\n${LINE}`).samples;
  if (!sample) throw new Error("no sample");
  return {
    sample,
    followed: {
      ...{ fate: { kind: "READY", id: 1, hlsPath: "x/master.m3u8", duration: 2 } as const },
      ...{ seconds: 1, attempts: 1, untrue: [], ...followed },
    },
    published: {
      ...{ video: "v", audio: "a", width: 160, height: 90, seconds: 2, frames: 50, problems: [], ...published },
    },
    ...{ sourceSeconds: null, soundLateMs: 0, outbound: [], half: [], restarts: [], ...special },
  };
}

t.test("a READY is doubted for each thing that can be wrong with it", async (t) => {
  t.same(disagreements(seen()), []);
  const wrong: [string, Seen][] = [
    ["an outbound request to 192.0.2.1:80", seen({ outbound: ["192.0.2.1:80"] })],
    ["sound 90 ms late", seen({ soundLateMs: 90 })],
    ["lasts 1.20 s instead of 2.00 s", seen({}, { seconds: 1.2 })],
    ["90x160 instead of 160x90", seen({}, { width: 90, height: 160 })],
    ["320x180 is larger than 160x90", seen({}, { width: 320, height: 180 })],
    ["the picture is missing", seen({}, { width: null, height: null })],
    ["2 attempts", seen({}, {}, { attempts: 2 })],
    ["percent went from 9 to 3", seen({}, {}, { untrue: ["percent went from 9 to 3"] })],
  ];
  for (const [line, each] of wrong) t.ok(disagreements(each).includes(line), `${line}: ${disagreements(each)}`);
  t.same(disagreements(seen({ sourceSeconds: 1.2 }, { seconds: 1.2 })), ["says 2 s and lasts 1.2 s"].slice(1));
});

t.test("a FAILED needs a code and a sentence, and leaves nothing to play", async (t) => {
  const failed = (fate: object, special: object = {}) => {
    const base = {
      kind: "FAILED",
      id: 1,
      code: "SOURCE_ENCRYPTED",
      detail: "",
      reason: "암호화된 파일입니다.",
      hlsPath: null,
    };
    const sample = { ...seen().sample, allowed: new Set(["FAILED"]) };
    return disagreements(seen({ sample, published: null, ...special }, {}, { fate: { ...base, ...fate } }));
  };
  t.same(failed({}), []);
  t.match(failed({ code: "INTERNAL" }), ["the reason code INTERNAL"]);
  t.match(failed({ reason: null }), [/no reason that a teacher understands/]);
  t.match(failed({}, { half: ["x/master.m3u8"] }), ["a half result: x/master.m3u8"]);
  t.match(disagreements(seen({}, {}, { fate: { kind: "hung", id: 1, where: "PROCESSING" } })), [/^hung/]);
});

t.test("proportions within what rounding to even sizes can do", async (t) => {
  t.ok(sameProportions({ width: 426, height: 240 }, { width: 427, height: 240 }));
  t.ok(sameProportions({ width: 2, height: 2 }, { width: 1, height: 1 }));
  t.notOk(sameProportions({ width: 720, height: 576 }, { width: 1024, height: 576 }));
});

t.test("how late one signal is against another", async (t) => {
  const noise = Float32Array.from(
    { length: 3000 },
    (_, i) => Math.abs(Math.sin(i * i * 0.0007)) * (i % 400 < 90 ? 1 : 0.1),
  );
  const late = Float32Array.from(noise, (_, i) => 0.5 * (noise[i - 37] ?? 0));
  const lag = lagOf(noise, late, { hz: 1000, width: 1 });
  t.ok(lag !== null && Math.abs(lag - 0.037) < 0.001, `${lag}`);
  t.equal(lagOf(new Float32Array(3000), noise, { hz: 1000, width: 1 }), null, "silence");
  t.equal(
    lagOf(new Uint8Array(3000).fill(9), new Uint8Array(3000).fill(9), { hz: 100, width: 16 }),
    null,
    "nothing moves",
  );
});

t.test("sockets towards another machine, as Linux lists them", async (t) => {
  const line = (remote: string) => `  0: 0100007F:1F90 ${remote} 01 00000000:00000000 00:00000000 00000000  0 0 4711 1`;
  t.same(foreign(line("010200C0:0050")), [{ address: "192.0.2.1:80", inode: "4711" }]);
  t.same(foreign(line("0100007F:0050")), [], "loopback");
  t.same(foreign(line("00000000:0000")), [], "a listener");
  t.same(foreign(line("00000000000000000000000001000000:0050")), [], "::1");
  t.match(foreign(line("0000000000000000FFFF0000010200C0:0050")), [{ address: "192.0.2.1:80" }]);
});
