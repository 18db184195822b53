import fc from "fast-check";
import t from "tap";
import { boxesOf, findBox, readBoxHeader } from "../../src/boxes/box.ts";
import { payloadOf, topLevelBoxes, type WholeBox } from "../../src/boxes/box-stream.ts";
import { readFragment } from "../../src/boxes/fragment.ts";
import { readInit } from "../../src/boxes/init.ts";
import { box, u32 } from "../support/bytes.ts";

async function* inPieces(bytes: Buffer, cuts: readonly number[]): AsyncGenerator<Buffer> {
  let from = 0;
  for (const cut of [...cuts.map((share) => Math.floor(share * bytes.length)), bytes.length].toSorted(
    (a, b) => a - b,
  )) {
    if (cut > from) yield bytes.subarray(from, cut);
    from = cut;
  }
}

async function boxesFrom(stream: AsyncIterable<Buffer>): Promise<WholeBox[]> {
  const boxes: WholeBox[] = [];
  for await (const whole of topLevelBoxes(stream)) boxes.push(whole);
  return boxes;
}

t.test("a stream gives the same boxes however it is cut", async () => {
  const content = fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes));
  const cuts = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 20 });
  await fc.assert(
    fc.asyncProperty(fc.array(content, { maxLength: 6 }), cuts, async (contents, places) => {
      const bytes = Buffer.concat(contents.map((part) => box("moof", part)));
      const found = await boxesFrom(inPieces(bytes, places));
      return (
        Buffer.concat(found.flatMap(({ chunks }) => chunks)).equals(bytes) &&
        found.every((whole, i) => whole.type === "moof" && payloadOf(whole).equals(contents[i] ?? Buffer.alloc(0)))
      );
    }),
  );
});

t.test("a stream that ends within a box, or is none, is an error", async (t) => {
  const whole = box("mdat", Buffer.alloc(100));
  await t.rejects(boxesFrom(inPieces(whole.subarray(0, 50), [])), /ends 50 bytes into a box/);
  await t.rejects(boxesFrom(inPieces(Buffer.alloc(64, 0xee), [])), /box of/);
  await t.rejects(boxesFrom(inPieces(Buffer.concat([u32(3), Buffer.alloc(60)]), [])), /no box/);
});

t.test("any bytes read as boxes without an error", async () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
      const buffer = Buffer.from(bytes);
      readBoxHeader(buffer);
      return [...boxesOf(buffer)].length <= buffer.length && (findBox(buffer, "moov", "trak") ?? true) !== null;
    }),
  );
});

t.test("a fragment's times", async (t) => {
  const flags = { durations: 0x100, sizes: 0x200, offsets: 0x800, dataOffset: 0x1 };
  const trun = box(
    "trun",
    u32(0x01000000 | flags.durations | flags.sizes | flags.offsets | flags.dataOffset, 2, 0),
    u32(1001, 5000, 2002, 1001, 700, 0),
  );
  const tfhd = box("tfhd", u32(0x020000, 1));
  const tfdt = box("tfdt", u32(0x01000000, 0, 120_120));
  const moof = Buffer.concat([box("mfhd", u32(0, 1)), box("traf", tfhd, tfdt, trun)]);
  t.same(readFragment(moof), { start: 120_120, duration: 2002, samples: 2, firstPresentation: 121_121 });

  const fixed = box("traf", box("tfhd", u32(0x020008, 1, 512)), tfdt, box("trun", u32(0, 3)));
  t.same(readFragment(fixed), { start: 120_120, duration: 1536, samples: 3, firstPresentation: 120_120 });
  t.throws(() => readFragment(box("traf", tfhd)), /without traf/);
  t.throws(() => readFragment(box("traf", tfhd, tfdt)), /without samples/);
});

t.test("an init segment's facts", async (t) => {
  const entry = box("avc1", Buffer.alloc(78), box("avcC", Buffer.from([1, 0x64, 0x00, 0x1f, 0xff])));
  const stsd = box("stsd", u32(0, 1), entry);
  const mdhd = box("mdhd", u32(0, 0, 0, 30_000, 0, 0));
  const mdia = box("mdia", mdhd, box("minf", box("stbl", stsd)));
  const edits = box("edts", box("elst", u32(0, 1, 0, 2002, 0x10000)));
  t.same(readInit(box("trak", edits, mdia)), { timescale: 30_000, editStart: 2002, codec: "avc1.64001f" });
  t.equal(readInit(box("trak", mdia)).editStart, 0);
  t.throws(() => readInit(box("trak", edits)), /without mdhd/);
});
