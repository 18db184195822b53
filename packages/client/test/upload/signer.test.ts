import t from "tap";
import type { UploadJob } from "../../src/upload/job.ts";
import { Signer } from "../../src/upload/signer.ts";

const PARTS = Array.from({ length: 40 }, (_, index) => index + 1);

/** A service whose answers come when they are let through: the real one cannot be asked to keep some back. */
function setUp() {
  const asked: { readonly numbers: readonly number[]; readonly answer: () => void }[] = [];
  const signParts = (_id: number, _upload: string, numbers: readonly number[]) => {
    const { promise, resolve } = Promise.withResolvers<object>();
    const expires_at = new Date(Date.now() + 3_600_000).toISOString();
    const parts = numbers.map((part_number) => ({ part_number, method: "PUT", url: "", headers: {}, expires_at }));
    asked.push({ numbers, answer: () => resolve({ parts }) });
    return promise;
  };
  const job = { tools: { api: { signParts } }, record: { id: 1 }, display: { trouble() {} } } as unknown as UploadJob;
  return { asked, signer: new Signer(job, "upload", new AbortController().signal) };
}

t.test("the next addresses are there before they are needed", async (t) => {
  const { asked, signer } = setUp();
  const first = signer.get(1, PARTS.slice(1));
  asked[0]?.answer();
  await first;
  for (let number = 2; number <= 16; number += 1) await signer.get(number, PARTS.slice(number));
  t.strictSame(
    asked.map(({ numbers }) => numbers),
    [PARTS.slice(0, 16), PARTS.slice(16, 32)],
    "and nobody waited for the second answer",
  );
  asked[1]?.answer();
  t.match(await signer.get(17, PARTS.slice(17)), { part_number: 17 });
  t.equal(asked.length, 2);
});

t.test("parts that begin at once share one call", async (t) => {
  const { asked, signer } = setUp();
  const lanes = [1, 2, 3, 4].map((number) => signer.get(number, PARTS.slice(number)));
  t.strictSame(
    asked.map(({ numbers }) => numbers),
    [PARTS.slice(0, 16)],
  );
  asked[0]?.answer();
  t.match(
    await Promise.all(lanes),
    [1, 2, 3, 4].map((part_number) => ({ part_number })),
  );
});
