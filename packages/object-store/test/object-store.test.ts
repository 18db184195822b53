import { createHash, randomBytes } from "node:crypto";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { randomTenant, startTcpProxy, testStack } from "@lectern/local-stack";
import t from "tap";
import { createObjectStore, type ObjectStore, ObjectStoreError } from "../src/index.ts";

const { s3 } = await testStack();
const prefix = `tenants/${randomTenant()}/`;

function open(endpoint = s3.endpoint, rest: { idleTimeoutMs?: number; maxAttempts?: number } = {}): ObjectStore {
  const { region, bucket, accessKeyId, secretAccessKey } = s3;
  return createObjectStore({ endpoint, region, bucket, accessKeyId, secretAccessKey, ...rest });
}

async function keysBelow(store: ObjectStore, below: string): Promise<string[]> {
  const keys: string[] = [];
  for await (const { key } of store.list(below)) keys.push(key);
  return keys;
}

const store = open();
const dir = await mkdtemp(path.join(tmpdir(), "object-store-"));
t.teardown(async () => {
  await store.delete(await keysBelow(store, prefix));
  store.close();
  await rm(dir, { recursive: true });
});

t.test("what was put is found, listed and fetched as it was", async (t) => {
  const key = `${prefix}a/lecture.bin`;
  const bytes = randomBytes(3_000_000);
  const md5 = createHash("md5").update(bytes).digest("hex");
  t.same(await store.put(key, bytes, { contentType: "video/mp4", cacheControl: "max-age=60" }), {
    size: bytes.length,
    md5,
  });
  t.same(await store.head(key), { kind: "found", size: bytes.length, etag: md5, contentType: "video/mp4" });
  const listed = [];
  for await (const item of store.list(`${prefix}a/`)) listed.push(item);
  t.same(listed, [{ key, size: bytes.length, etag: md5 }]);

  const file = path.join(dir, "fetched");
  let heard = 0;
  const onReceived = (count: number) => {
    heard = count;
  };
  t.same(await store.download(key, file, { ifMatch: md5, onReceived }), { kind: "downloaded", size: bytes.length });
  t.ok(bytes.equals(await readFile(file)));
  t.equal(heard, bytes.length);

  await store.delete([key]);
  t.same(await store.head(key), { kind: "missing" });
  t.same(await store.download(key, file, { ifMatch: md5 }), { kind: "missing" });
});

t.test("an object that was changed is not fetched", async (t) => {
  const key = `${prefix}changed`;
  const { md5 } = await store.put(key, Buffer.from("first"), { contentType: "video/mp4" });
  await store.put(key, Buffer.from("second"), { contentType: "video/mp4" });
  t.same(await store.download(key, path.join(dir, "changed"), { ifMatch: md5 }), { kind: "changed" });
});

t.test("a listing has all pages", async (t) => {
  const below = `${prefix}pages/`;
  const names = Array.from({ length: 1005 }, (_, index) => `${below}${String(index).padStart(4, "0")}`);
  for (let start = 0; start < names.length; start += 50)
    await Promise.all(
      names.slice(start, start + 50).map((key) => store.put(key, Buffer.from("x"), { contentType: "text/plain" })),
    );
  t.same(await keysBelow(store, below), names);
  await store.delete([...names, `${below}never-there`]);
  t.same(await keysBelow(store, below), [], "and so can all of it be deleted");
});

t.test("presigned addresses", async (t) => {
  const key = `${prefix}presigned`;
  const { url, headers } = await store.presignPut(key, { contentType: "video/mp4", expiresSeconds: 60 });
  const put = (type: string) => fetch(url, { method: "PUT", headers: { "content-type": type }, body: "film" });
  t.equal((await put("text/html")).status, 403, "another content type is refused");
  t.same(headers, { "content-type": "video/mp4" });
  t.equal((await put("video/mp4")).status, 200);
  const found = await store.head(key);
  t.match(found, { kind: "found", size: 4 });
  const etag = found.kind === "found" ? found.etag : "";
  t.equal(await (await fetch(await store.presignGet(key, { expiresSeconds: 60 }))).text(), "film");
  const pinned = await store.presignGet(key, { expiresSeconds: 60, ifMatch: etag });
  t.equal((await fetch(pinned, { headers: { "if-match": `"${etag}"` } })).status, 200);
});

t.test("a store that is away, refuses, or falls silent", async (t) => {
  const proxy = await startTcpProxy({ target: s3.endpoint });
  t.teardown(() => proxy.close());
  // Longer than a machine stands still: what is asked last is to be answered in time.
  const cut = open(proxy.url, { idleTimeoutMs: 3_000, maxAttempts: 1 });
  t.teardown(() => cut.close());
  const { md5 } = await store.put(`${prefix}there`, Buffer.from("x"), { contentType: "text/plain" });
  const calls: (() => Promise<unknown>)[] = [
    () => cut.head(`${prefix}there`),
    () => cut.put(`${prefix}new`, Buffer.from("x"), { contentType: "text/plain" }),
    () => cut.download(`${prefix}there`, path.join(dir, "there"), { ifMatch: md5 }),
    () => keysBelow(cut, prefix),
    () => cut.delete([`${prefix}never-there`]),
  ];
  for (const fault of ["cut", "hang"] as const) {
    proxy[fault]();
    await Promise.all(calls.map((call) => t.rejects(call(), { code: "STORE_UNAVAILABLE", passing: true }, fault)));
    proxy.resume();
  }
  t.match(await cut.head(`${prefix}there`), { kind: "found" }, "and it recovers");

  const stranger = createObjectStore({ ...s3, secretAccessKey: "not the key" });
  t.teardown(() => stranger.close());
  await t.rejects(stranger.head(`${prefix}there`), { code: "STORE_REJECTED", passing: false });
});

t.test("the caller's abort and the local disk's faults are not the store's", async (t) => {
  const { md5 } = await store.put(`${prefix}aborted`, Buffer.from("x"), { contentType: "text/plain" });
  const reason = new Error("enough");
  await t.rejects(store.head(`${prefix}aborted`, { signal: AbortSignal.abort(reason) }), reason);
  const nowhere = store.download(`${prefix}aborted`, path.join(dir, "no", "such", "folder"), { ifMatch: md5 });
  await t.rejects(nowhere, { code: "ENOENT" });
  t.notOk(new ObjectStoreError("STORE_REJECTED", "x").passing);
});
