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
  t.same(await inspect(whole), {
    sizeBytes: whole.length,
    container: "isobmff",
    missing: null,
    encrypted: null,
    ending: null,
  });

  const cut = Buffer.concat([ftyp, moov(), media]).subarray(0, -30);
  t.match((await inspect(cut)).missing, /mdat of 108 bytes/);
  t.match((await inspect(Buffer.concat([ftyp, media]))).missing, /no moov/);
  t.equal((await inspect(Buffer.concat([ftyp, box("meta", u32(0)), media]))).missing, null, "a still picture");
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
  t.same(await inspect(whole), {
    sizeBytes: whole.length,
    container: "matroska",
    missing: null,
    encrypted: null,
    ending: null,
  });
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
  t.match((await riff(500)).missing, /RIFF ends at 508, file ends at 100/);
  t.equal((await riff(0)).missing, null, "a recorder's 'not known yet'");
  t.equal((await riff(0xffffffff)).missing, null);
  const chunk = (kind: string) =>
    Buffer.concat([Buffer.from("RIFF"), Buffer.from([40, 0, 0, 0]), Buffer.from(kind.padEnd(40))]);
  const long = Buffer.concat([chunk("AVI "), chunk("AVIX"), chunk("AVIX")]);
  t.equal((await inspect(long)).missing, null);
  t.match((await inspect(long.subarray(0, -20))).missing, /RIFF ends at 144, file ends at 124/, "within a later chunk");
});

t.test("Windows Media", async (t) => {
  const header = (content: Buffer) =>
    asfObject("75b22630-668e-11cf-a6d9-00aa0062ce6c", Buffer.concat([Buffer.alloc(6), content]));
  const data = asfObject("75b22636-668e-11cf-a6d9-00aa0062ce6c", Buffer.alloc(60));
  const drm = asfObject("298ae614-2622-4c17-b935-dae07ee9289c", Buffer.alloc(8));
  t.same(await inspect(Buffer.concat([header(Buffer.alloc(0)), data])), {
    ...{ sizeBytes: 30 + 84, container: "asf", missing: null, encrypted: null, ending: null },
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

t.test("a transport stream that begins whole ends with a whole packet", async (t) => {
  for (const [before, behind] of [
    [0, 0],
    [4, 0],
    [0, 16],
  ] as const) {
    const packet = (flags: number) => [
      Buffer.alloc(before),
      Buffer.from([0x47, flags, 0x21, 0x10]),
      Buffer.alloc(184 + behind),
    ];
    const stream = (first: number) => Buffer.concat([first, 0x01, 0x01, 0x01, 0x41, 0x01].flatMap(packet));
    const step = `${188 + before + behind}`;
    t.match(await inspect(stream(0x41)), { container: "mpegts", missing: null }, step);
    t.match((await inspect(stream(0x41).subarray(0, -50))).missing, /last transport packet/, step);
    t.equal((await inspect(stream(0x01).subarray(0, -50))).missing, null, "taken out of a running stream");
    t.equal((await inspect(Buffer.concat([stream(0x41), Buffer.alloc(50)]))).missing, null, "rubbish behind the end");
  }
});

t.test("the last page of an Ogg, the last packet of a programme stream", async (t) => {
  const page = Buffer.concat([
    Buffer.from("OggS\0", "latin1"),
    Buffer.alloc(21),
    Buffer.from([2, 100, 50]),
    Buffer.alloc(150),
  ]);
  const ogg = Buffer.concat([page, page, page]);
  t.match(await inspect(ogg), { container: "ogg", ending: null });
  t.match(await inspect(ogg.subarray(0, -1)), { ending: /page/ });
  t.match(await inspect(ogg.subarray(0, -170)), { ending: /page/ }, "within its header");
  t.match(await inspect(Buffer.concat([ogg, Buffer.from("TAG")])), { ending: null });

  const pack = Buffer.concat([Buffer.from([0, 0, 1, 0xba, 0x44]), Buffer.alloc(9)]);
  const packet = Buffer.concat([Buffer.from([0, 0, 1, 0xe0, 0, 200]), Buffer.alloc(200)]);
  const stream = Buffer.concat([pack, packet, pack, packet, packet]);
  t.match(await inspect(stream), { container: "mpegps", ending: null });
  t.match(await inspect(Buffer.concat([stream, Buffer.from([0, 0, 1, 0xb9])])), { ending: null });
  t.match(await inspect(stream.subarray(0, -1)), { ending: /packet/ });
});

t.test("MXF says where its footer lies, AIFF and RealMedia how long they are", async (t) => {
  const key = Buffer.from("060e2b34020501010d01020101020400", "hex");
  const mxf = (footer: number) =>
    inspect(Buffer.concat([key, Buffer.from([0x83, 0, 0, 0x78]), Buffer.alloc(28), u32(footer), Buffer.alloc(400)]));
  t.match(await mxf(300), { container: "mxf", missing: null });
  t.match(await mxf(0), { missing: null }, "not known yet");
  t.match(await mxf(5000), { missing: /footer at 5000/ });
  const real = Buffer.concat([
    Buffer.from(".RMF"),
    u32(18, 0, 0),
    Buffer.alloc(2),
    Buffer.from("DATA"),
    u32(60),
    Buffer.alloc(52),
  ]);
  t.match(await inspect(real), { container: "realmedia", missing: null });
  t.match(await inspect(real.subarray(0, -30)), { missing: /chunk ends at 78, file ends at 48/ });
  const aiff = Buffer.concat([Buffer.from("FORM"), u32(104), Buffer.from("AIFF"), Buffer.alloc(100)]);
  t.match(await inspect(aiff), { missing: null });
  t.match(await inspect(aiff.subarray(0, -40)), { missing: /RIFF ends at 112/ });
});

t.test("any bytes are inspected without an error", async () => {
  const starts = [
    "",
    "\x1aE\xdf\xa3",
    "RIFF",
    "FORM",
    ".RMF",
    "OggS\0",
    "\0\0\x01\xba",
    "\x06\x0e+4\x02\x05\x01\x01\x0d\x01\x02\x01\x01\x02\x04\0\x83",
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
