import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import fc from "fast-check";
import t from "tap";
import { type FileFacts, inspectFile } from "../../src/index.ts";
import { asfObject, box, element, u32 } from "../support/bytes.ts";

const dir = t.testdir();
let files = 0;

async function inspect(bytes: Buffer): Promise<FileFacts> {
  files += 1;
  const path = join(dir, `${files}`);
  await writeFile(path, bytes);
  return inspectFile(path);
}

const ftyp = box("ftyp", "isom", u32(512), "isom");

function moov(options: { entry?: string; chunk?: number; sizes?: readonly number[]; self?: boolean } = {}): Buffer {
  const { entry = "avc1", chunk = 0, sizes = [], self = true } = options;
  const tables = [
    box("stsd", u32(0, 1), box(entry, Buffer.alloc(78))),
    box("stsc", u32(0, 1, 1, sizes.length, 1)),
    box("stsz", u32(0, 0, sizes.length, ...sizes)),
    box("stco", u32(0, 1, chunk)),
  ];
  const dinf = box("dinf", box("dref", u32(0, 1), box("url ", u32(self ? 1 : 0))));
  return box("moov", box("trak", box("mdia", box("minf", dinf, box("stbl", ...tables)))));
}

t.test("MP4", async (t) => {
  const media = box("mdat", Buffer.alloc(100));
  const whole = Buffer.concat([ftyp, media, moov({ chunk: ftyp.length + 8, sizes: [60, 40] })]);
  t.same(await inspect(whole), { sizeBytes: whole.length, container: "isobmff", missing: null, encrypted: null });

  const cut = Buffer.concat([ftyp, moov(), media]).subarray(0, -30);
  t.match((await inspect(cut)).missing, /mdat of 108 bytes/);
  t.match((await inspect(Buffer.concat([ftyp, media]))).missing, /no moov/);
  t.equal((await inspect(Buffer.concat([whole, Buffer.alloc(50)]))).missing, null, "rubbish behind the end");

  const open = Buffer.concat([
    ftyp,
    moov({ chunk: 400, sizes: [60, 40] }),
    u32(0),
    Buffer.from("mdat"),
    Buffer.alloc(30),
  ]);
  t.match((await inspect(open)).missing, /samples end at 500/, "an mdat to the end of the file: the tables tell");
  const elsewhere = Buffer.concat([ftyp, moov({ chunk: 9000, sizes: [9], self: false }), media]);
  t.equal((await inspect(elsewhere)).missing, null, "samples in another file are not this one's");
  t.match((await inspect(Buffer.concat([ftyp, moov({ entry: "encv" }), media]))).encrypted, /encv/);
  t.equal((await inspect(Buffer.concat([ftyp, moov()]))).missing, null, "an init segment alone declares nothing more");
});

t.test("Matroska", async (t) => {
  const head = element(0x1a45dfa3, Buffer.alloc(4));
  const cluster = element(0x1f43b675, Buffer.alloc(50));
  const encrypted = element(0x6d80, element(0x6240, element(0x5035, Buffer.alloc(3))));
  const tracks = element(0x1654ae6b, element(0xae, encrypted));
  const whole = Buffer.concat([head, element(0x18538067, cluster)]);
  t.same(await inspect(whole), { sizeBytes: whole.length, container: "matroska", missing: null, encrypted: null });
  t.match((await inspect(whole.subarray(0, -9))).missing, /cluster at/);
  t.match((await inspect(Buffer.concat([head, element(0x18538067, cluster, 5000)]))).missing, /segment ends at/);
  const unknown = Buffer.concat([head, Buffer.from("18538067" + "01ffffffffffffff", "hex"), cluster.subarray(0, -9)]);
  t.match((await inspect(unknown)).missing, /cluster at/, "a live recording that was cut");
  t.match((await inspect(Buffer.concat([head, element(0x18538067, tracks)]))).encrypted, /ContentEncryption/);
});

t.test("AVI and WAV", async (t) => {
  const riff = (declared: number) => {
    const bytes = Buffer.alloc(100);
    bytes.write("RIFF");
    bytes.writeUInt32LE(declared, 4);
    bytes.write("AVI ", 8);
    return inspect(bytes);
  };
  t.equal((await riff(92)).missing, null);
  t.match((await riff(500)).missing, /RIFF of 508 bytes/);
  t.equal((await riff(0)).missing, null, "a recorder's 'not known yet'");
  t.equal((await riff(0xffffffff)).missing, null);
});

t.test("Windows Media", async (t) => {
  const header = (content: Buffer) =>
    asfObject("75b22630-668e-11cf-a6d9-00aa0062ce6c", Buffer.concat([Buffer.alloc(6), content]));
  const data = asfObject("75b22636-668e-11cf-a6d9-00aa0062ce6c", Buffer.alloc(60));
  const drm = asfObject("298ae614-2622-4c17-b935-dae07ee9289c", Buffer.alloc(8));
  t.same(await inspect(Buffer.concat([header(Buffer.alloc(0)), data])), {
    ...{ sizeBytes: 30 + 84, container: "asf", missing: null, encrypted: null },
  });
  t.match((await inspect(Buffer.concat([header(drm), data]))).encrypted, /Content Encryption/);
  t.match((await inspect(Buffer.concat([header(Buffer.alloc(0)), data]).subarray(0, -20))).missing, /data object/);
});

t.test("transport streams", async (t) => {
  const packet = (flags: number) => {
    const bytes = Buffer.alloc(188, 0xff);
    bytes.set([0x47, 0x01, 0x00, flags]);
    return bytes;
  };
  const stream = (scrambled: number) =>
    inspect(Buffer.concat(Array.from({ length: 20 }, (_, i) => packet(i < scrambled ? 0x90 : 0x10))));
  t.equal((await stream(0)).encrypted, null);
  t.match((await stream(15)).encrypted, /15 of 20/);
});

t.test("Flash video says in its first tag how long it is and where its key frames lie", async (t) => {
  const number = (value: number) => {
    const bytes = Buffer.alloc(9);
    bytes.writeDoubleBE(value, 1);
    return bytes;
  };
  const property = (name: string, ...value: readonly Buffer[]) =>
    Buffer.concat([Buffer.from([0, name.length]), Buffer.from(name), ...value]);
  const flv = (script: Buffer) => {
    const size = Buffer.alloc(4);
    size.writeUInt32BE(script.length);
    const tag = Buffer.concat([Buffer.from([18]), size.subarray(1), Buffer.alloc(7), script]);
    return inspect(Buffer.concat([Buffer.from("FLV\x01\x05\0\0\0\x09\0\0\0\0", "latin1"), tag, Buffer.alloc(500)]));
  };
  const positions = (last: number) => property("filepositions", Buffer.from([10]), u32(2), number(100), number(last));
  t.match(await flv(property("filesize", number(400))), { container: "flv", missing: null });
  t.match(await flv(property("filesize", number(9000))), { missing: /9000 bytes, file ends at/ });
  t.match(await flv(positions(300)), { missing: null });
  t.match(await flv(positions(5000)), { missing: /key frame at 5000/ });
  t.match(await flv(property("duration", number(60))), { missing: null }, "a recording that was broken off");
});

t.test("any bytes are inspected without an error", async () => {
  const starts = [
    "",
    "\x1aE\xdf\xa3",
    "RIFF",
    "FLV\x01\x05\0\0\0\x09\0\0\0\0\x12\0\0\xff\0\0\0\0\0\0\0\0\x0dfilepositions\x0a",
    "\0\0\0\x10moov",
    "\0\0\0\x08ftyp",
    "0&\xb2u\x8ef\xcf\x11\xa6\xd9\0\xaa\0b\xcel",
  ];
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...starts), fc.uint8Array({ maxLength: 400 }), async (start, bytes) => {
      const facts = await inspect(Buffer.concat([Buffer.from(start, "latin1"), bytes]));
      return facts.sizeBytes >= 0;
    }),
    { numRuns: 300 },
  );
});
