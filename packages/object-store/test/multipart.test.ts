import { createHash, randomBytes } from "node:crypto";
import { testStack } from "@lectern/local-stack";
import t from "tap";
import { createObjectStore } from "../src/index.ts";

const MIB = 1024 ** 2;
const { s3 } = await testStack();
const store = createObjectStore(s3);
const prefix = `test/multipart-${randomBytes(6).toString("hex")}/`;
t.teardown(async () => {
  const keys = [];
  for await (const { key } of store.list(prefix)) keys.push(key);
  await store.delete(keys);
  store.close();
});

async function send(key: string, uploadId: string, partNumber: number, bytes: Uint8Array, signedSize = bytes.length) {
  const part = { uploadId, partNumber, sizeBytes: signedSize };
  const url = await store.presignPart(key, part, { expiresSeconds: 60 });
  const answer = await fetch(url, {
    method: "PUT",
    body: Buffer.from(bytes),
    headers: { origin: "http://127.0.0.1:4000" },
  });
  await answer.arrayBuffer();
  return {
    status: answer.status,
    etag: (answer.headers.get("etag") ?? "").replaceAll('"', ""),
    exposed: answer.headers.get("access-control-expose-headers"),
    allowed: answer.headers.get("access-control-allow-origin"),
  };
}

t.test("parts become one object, whose ETag is computed from theirs and is good for If-Match", async (t) => {
  const key = `${prefix}whole`;
  const parts = [randomBytes(5 * MIB), randomBytes(1000)];
  const uploadId = await store.multipart.create(key, { contentType: "video/mp4" });
  const sent = [];
  for (const [index, bytes] of parts.entries()) sent.push(await send(key, uploadId, index + 1, bytes));
  for (const { status, etag, exposed, allowed } of sent) {
    t.equal(status, 200);
    t.ok(etag);
    t.match(exposed, /\*|etag/i, "a browser may read the ETag");
    t.equal(allowed, "*");
  }
  const assembled = await store.multipart.complete(
    key,
    uploadId,
    sent.map(({ etag }, index) => ({ partNumber: index + 1, etag })),
  );
  const md5s = parts.map((bytes) => createHash("md5").update(bytes).digest());
  const etag = `${createHash("md5").update(Buffer.concat(md5s)).digest("hex")}-2`;
  t.strictSame(assembled, { kind: "assembled", etag });
  t.match(await store.head(key), { kind: "found", size: 5 * MIB + 1000, etag, contentType: "video/mp4" });

  const path = `${t.testdir()}/file`;
  t.strictSame(await store.download(key, path, { ifMatch: etag }), { kind: "downloaded", size: 5 * MIB + 1000 });
  t.strictSame(await store.download(key, path, { ifMatch: etag.replace("-2", "-3") }), { kind: "changed" });

  t.strictSame(await store.multipart.complete(key, uploadId, [{ partNumber: 1, etag: sent[0]?.etag ?? "" }]), {
    kind: "missing",
  });
  await store.multipart.abort(key, uploadId);
  t.match(await store.head(key), { kind: "found" }, "an abort that comes late takes nothing away");
});

t.test("a part of another size than was signed is refused by the store", async (t) => {
  const key = `${prefix}wrong-size`;
  const uploadId = await store.multipart.create(key, { contentType: "video/mp4" });
  t.equal((await send(key, uploadId, 1, randomBytes(10), 11)).status, 403);
  t.match(await store.multipart.complete(key, uploadId, [{ partNumber: 1, etag: "x" }]), { kind: "refused" });
  await store.multipart.abort(key, uploadId);
  await store.multipart.abort(key, uploadId);
  t.equal((await send(key, uploadId, 1, randomBytes(10))).status, 404, "nothing can be added any more");
});

t.test("what a store without the call says of its parts and open uploads", async (t) => {
  const key = `${prefix}listed`;
  const uploadId = await store.multipart.create(key, { contentType: "video/mp4" });
  const { etag } = await send(key, uploadId, 1, randomBytes(10));
  const parts = await store.multipart.listParts(key, uploadId);
  if (parts.kind !== "unsupported") t.strictSame(parts, { kind: "listed", parts: [{ partNumber: 1, etag, size: 10 }] });
  const open = await store.multipart.listOpen(prefix);
  if (open !== null) t.ok(open.some((one) => one.uploadId === uploadId));
  await store.multipart.abort(key, uploadId);
});

t.test("an address for a browser is the same for the same moment, and is the SDK's", async (t) => {
  const key = `${prefix}odd ~name!'()*+ä.txt`;
  await store.put(key, Buffer.from("x"), { contentType: "text/plain" });
  const signedAt = new Date(Math.floor(Date.now() / 60_000) * 60_000);
  const [url, again] = await Promise.all(
    [0, 1].map(() => store.presignPublicGet(key, { expiresSeconds: 600, signedAt })),
  );
  t.equal(url, again);
  t.equal(await (await fetch(url ?? "")).text(), "x");
  const other = await fetch((url ?? "").replace("odd", "even"));
  t.equal(other.status, 403);
  await other.arrayBuffer();
});
