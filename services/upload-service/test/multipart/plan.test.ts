import { hash } from "node:crypto";
import fc from "fast-check";
import t from "tap";
import { etagOfParts, whatIsWrong } from "../../src/multipart/integrity.ts";
import { missingParts, planParts, sizeOfPart } from "../../src/multipart/plan.ts";

const MIB = 1024 ** 2;
const GIB = 1024 ** 3;

t.test("parts are 8 MiB up to 4 GiB, then twice as large", async (t) => {
  const cases: [number, number, number][] = [
    [1, 8, 1],
    [8 * MIB, 8, 1],
    [8 * MIB + 1, 8, 2],
    [4 * GIB, 8, 512],
    [4 * GIB + 1, 16, 257],
    [9 * GIB, 32, 288],
    [1024 * GIB, 2048, 512],
  ];
  for (const [size, mib, partCount] of cases)
    t.strictSame(planParts(size, 8 * MIB), { partSize: mib * MIB, partCount }, `${size}`);
});

t.test("the parts of any file are equal but the last, and make up the file", async () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 1024 * GIB }), fc.integer({ min: 5 * MIB, max: GIB }), (size, smallest) => {
      const { partSize, partCount } = planParts(size, smallest);
      const cut = { size_bytes: size, part_size: partSize, part_count: partCount };
      const last = sizeOfPart(cut, partCount) ?? 0;
      return (
        partCount <= 512 &&
        last > 0 &&
        last <= partSize &&
        (partCount - 1) * partSize + last === size &&
        sizeOfPart(cut, 0) === undefined &&
        sizeOfPart(cut, partCount + 1) === undefined
      );
    }),
  );
});

t.test("what is missing is told by number", async (t) => {
  const cut = { size_bytes: 10, part_size: 2, part_count: 5 };
  t.strictSame(missingParts(cut, [{ part_number: 4 }, { part_number: 2 }]), [1, 3, 5]);
});

t.test("an assembled object is compared by size, number of parts and ETag", async (t) => {
  const etags = ["a", "b"].map((text) => hash("md5", text, "hex"));
  const parts = etags.map((etag, index) => ({
    part_number: index + 1,
    etag,
    size_bytes: 5,
    multipart_id: 1,
    tenant_id: 1,
  }));
  const etag = etagOfParts(2, parts.toReversed()) ?? "";
  // The example of R2's documentation.
  t.equal(
    etagOfParts(2, [
      { part_number: 1, etag: "bce6bf66aeb76c7040fdd5f4eccb78e6" },
      { part_number: 2, etag: "8165449fc15bbf43d3b674595cbcc406" },
    ]),
    "f77dc0eecdebcd774a2a22cb393ad2ff-2",
  );
  const upload = { etag: null, part_count: 2 } as Parameters<typeof whatIsWrong>[2];
  t.equal(whatIsWrong({ size: 10, etag }, 10, upload, parts), null);
  t.match(whatIsWrong({ size: 9, etag }, 10, upload, parts), /9 bytes instead of 10/);
  t.match(whatIsWrong({ size: 10, etag: etag.replace("-2", "-3") }, 10, upload, parts), /3 parts instead of 2/);
  t.match(whatIsWrong({ size: 10, etag: `${"0".repeat(32)}-2` }, 10, upload, parts), /instead of/);
  t.equal(whatIsWrong({ size: 10, etag: "any-2" }, 10, upload, [{ ...parts[0], etag: "opaque" } as never]), null);
  t.match(whatIsWrong({ size: 10, etag }, 10, { ...upload, etag: "told-2" } as never, []), /instead of told-2/);
});
