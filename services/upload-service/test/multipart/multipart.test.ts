import { sourceObjectKey, type TenantId, type VideoId } from "@lectern/keys";
import { startTcpProxy, testStack } from "@lectern/local-stack";
import type { ObjectStore } from "@lectern/object-store";
import pg from "pg";
import t from "tap";
import { connectDatabase } from "../../src/db/pool.ts";
import { completeUploadInParts } from "../../src/multipart/complete.ts";
import { databaseOf } from "../support/lifecycle.ts";
import { paddedTo, tinyVideo } from "../support/media.ts";
import { put } from "../support/service.ts";
import { MIB, PART, partsOf, startWithSmallParts } from "./support.ts";

const SIZE = PART + 100_000;
const film = await tinyVideo();
const file = paddedTo(film, SIZE);

const { s3 } = await testStack();
const proxy = await startTcpProxy({ target: s3.endpoint });
t.teardown(() => proxy.close());
// Browsers reach the store directly; the service's way to it can be cut.
const s = await startWithSmallParts(t, { S3_ENDPOINT: proxy.url, S3_PUBLIC_ENDPOINT: s3.endpoint });
const parts = partsOf(s);

const keyOf = (id: number) => sourceObjectKey(s.tenant as TenantId, id as VideoId);

/** Ends when nothing is written down any more that the store is to drop. */
async function untilDropped(id: number): Promise<void> {
  const client = new pg.Client({ connectionString: s.database.url });
  await client.connect();
  try {
    while ((await client.query("select 1 from multipart_uploads where video_id = $1", [id])).rowCount !== 0);
  } finally {
    await client.end();
  }
}

t.test("an upload in parts is resumed, assembled and confirmed", async (t) => {
  const { id } = await s.create({ size_bytes: SIZE });
  t.match(await parts.list(id), { status: 404, body: { code: "MULTIPART_NOT_FOUND" } });

  const begun = await parts.open(id);
  t.equal(begun.status, 201);
  const upload = begun.body;
  t.match(upload, { part_size: PART, part_count: 2, size_bytes: SIZE, parts: [] });
  const second = await parts.send(id, upload, 2, file);
  t.match(await parts.record(id, upload.upload_id, [second]), { status: 200, body: { parts: [{ part_number: 2 }] } });
  t.match(await parts.record(id, upload.upload_id, [second, second]), { status: 200 }, "recorded twice is once");

  const again = await parts.open(id);
  t.equal(again.status, 200, "after a reload it is the same one");
  t.strictSame(again.body, {
    ...upload,
    parts: [{ part_number: 2, size_bytes: 100_000, etag: second.etag.replaceAll('"', "") }],
  });
  t.match(await parts.assemble(id, upload.upload_id), {
    status: 409,
    body: { code: "PARTS_MISSING", missing_parts: [1] },
  });

  const first = await parts.send(id, upload, 1, file);
  const assembled = await Promise.all([
    parts.assemble(id, upload.upload_id, [first]),
    parts.assemble(id, upload.upload_id, [first]),
  ]);
  for (const answer of [...assembled, await parts.assemble(id, upload.upload_id)])
    t.match(
      answer,
      { status: 200, body: { id, size_bytes: SIZE, etag: /^[0-9a-f]{32}-2$/ } },
      "as often as it is called",
    );
  t.match(await parts.sign(id, upload.upload_id, [1]), { status: 409, body: { code: "MULTIPART_ASSEMBLED" } });
  t.match((await parts.list(id)).body.parts.length, 2);

  const { status, body } = await parts.confirm(id);
  t.equal(status, 200);
  t.match(body, { status: "UPLOADED", size_bytes: SIZE, source_etag: assembled[0].body.etag });
  t.match(body.source_probe, { video: [{ width: 160, height: 90 }] }, "the probe reads it by its ETag");
  for (const late of [parts.open(id), parts.list(id), parts.assemble(id, upload.upload_id)])
    t.match(await late, { status: 409, body: { code: "VIDEO_NOT_PENDING", current_status: "UPLOADED" } });
  t.equal((await parts.abort(id, upload.upload_id)).status, 204);
  t.match(await s.store.head(keyOf(id)), { kind: "found", size: SIZE }, "and a late abort takes nothing away");
});

t.test("two tabs that begin at once go on with one upload, and the other is dropped", async (t) => {
  const { id } = await s.create({ size_bytes: SIZE });
  const opened = await Promise.all(Array.from({ length: 4 }, () => parts.open(id)));
  t.equal(new Set(opened.map(({ body }) => body.upload_id)).size, 1);
  t.equal(opened.filter(({ status }) => status === 201).length, 1);
  t.strictSame(new Set(opened.map(({ status }) => status)), new Set([200, 201]));
});

t.test("what does not fit is refused, and changes nothing", async (t) => {
  const { id } = await s.create({ size_bytes: SIZE });
  const { upload_id } = (await parts.open(id)).body;
  const part = { part_number: 1, size_bytes: PART, etag: "x" };
  const invalid = { status: 409, body: { code: "PART_INVALID" } };
  t.match(await parts.record(id, upload_id, [{ ...part, size_bytes: PART - 1 }]), invalid, "another size");
  t.match(await parts.record(id, upload_id, [part, { ...part, part_number: 3 }]), invalid, "beyond the last");
  t.match(await parts.sign(id, upload_id, [1, 3]), invalid);
  t.match((await parts.list(id)).body.parts, []);
  for (const numbers of [[], [0], [10_001], [1.5], Array.from({ length: 101 }, (_, index) => index + 1)])
    t.equal((await parts.sign(id, upload_id, numbers)).status, 400);
  t.match(await parts.sign(id, "another", [1]), { status: 409, body: { code: "MULTIPART_SUPERSEDED" } });

  t.equal((await parts.open(id, { tenant: s.tenant + 1 })).status, 404, "to another tenant it is not there");
  t.equal((await parts.open(id + 1)).status, 404);

  await parts.record(id, upload_id, [part, { ...part, part_number: 2, size_bytes: 100_000 }]);
  t.match(
    await parts.assemble(id, upload_id),
    { status: 409, body: { code: "PARTS_MISSING", missing_parts: [1, 2] } },
    "parts that the store does not have are to be sent again",
  );
});

t.test("one that is given up takes nothing more, and the next begins anew", async (t) => {
  const { id } = await s.create({ size_bytes: SIZE });
  const old = (await parts.open(id)).body;
  const [signed] = (await parts.sign(id, old.upload_id, [2])).body.parts;
  for (let call = 0; call < 2; call++) t.equal((await parts.abort(id, old.upload_id)).status, 204);
  t.match(await parts.assemble(id, old.upload_id), { status: 404, body: { code: "MULTIPART_NOT_FOUND" } });
  await untilDropped(id);
  t.equal((await fetch(signed?.url ?? "", { method: "PUT", body: Buffer.alloc(100_000) })).status, 404);
  const next = (await parts.open(id)).body;
  t.not(next.upload_id, old.upload_id);
  t.match(await parts.assemble(id, old.upload_id), { status: 409, body: { code: "MULTIPART_SUPERSEDED" } });
  t.equal((await parts.abort(id, old.upload_id)).status, 204, "an abort of the old one");
  t.equal((await parts.list(id)).status, 200, "leaves the new one open");
});

t.test(
  "one that another tab gives up while it is assembled is there all the same, and nothing is in its way",
  async (t) => {
    const { id } = await s.create({ size_bytes: SIZE });
    const upload = (await parts.open(id)).body;
    const sent = [await parts.send(id, upload, 1, file), await parts.send(id, upload, 2, file)];
    const db = connectDatabase({ url: s.database.url, poolSize: 2, onError: () => undefined });
    t.teardown(() => db.destroy());
    const complete: ObjectStore["multipart"]["complete"] = async (...args) => {
      const outcome = await s.store.multipart.complete(...args);
      t.equal((await parts.abort(id, upload.upload_id)).status, 204);
      t.equal((await parts.open(id)).status, 201, "and it begins another");
      return outcome;
    };
    const deps = {
      db,
      store: { ...s.store, multipart: { ...s.store.multipart, complete } },
      outbox: { wake: () => undefined },
      limits: { uploadUrlSeconds: 60, uploadPartBytes: PART },
    };
    const named = { uploadId: upload.upload_id, parts: sent };
    t.match(await completeUploadInParts(deps, s.tenant as TenantId, id as VideoId, named), { size_bytes: SIZE });
    t.match(await parts.confirm(id), { status: 200, body: { status: "UPLOADED", size_bytes: SIZE } });
    await untilDropped(id);
  },
);

t.test("parts that are recorded in the moment in which the upload is dropped find none", async (t) => {
  const { id } = await s.create({ size_bytes: SIZE });
  const { upload_id, part_size } = (await parts.open(id)).body;
  const client = await databaseOf(t, s);
  await client.query("begin");
  await client.query("delete from multipart_uploads where upload_id = $1", [upload_id]);
  const recorded = parts.record(id, upload_id, [{ part_number: 1, size_bytes: part_size, etag: "0" }]);
  const waiting = "select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'";
  while ((await client.query(waiting)).rowCount === 0);
  await client.query("commit");
  t.match(await recorded, { status: 404, body: { code: "MULTIPART_NOT_FOUND" } });
});

t.test("an answer that was lost: the object tells, and so it does where the call is never repeated", async (t) => {
  for (const repeated of [true, false]) {
    const { id } = await s.create({ size_bytes: SIZE });
    const upload = (await parts.open(id)).body;
    const sent = [await parts.send(id, upload, 1, file), await parts.send(id, upload, 2, file)];
    await parts.record(id, upload.upload_id, sent);
    const stored = sent.map(({ part_number, etag }) => ({ partNumber: part_number, etag: etag.replaceAll('"', "") }));
    t.match(await s.store.multipart.complete(keyOf(id), upload.upload_id, stored), { kind: "assembled" });
    if (repeated) t.match(await parts.assemble(id, upload.upload_id), { status: 200, body: { size_bytes: SIZE } });
    t.match(await parts.confirm(id), { status: 200, body: { status: "UPLOADED" } });
  }
});

t.test("an upload that the store has dropped ends, and another one can begin", async (t) => {
  const { id } = await s.create({ size_bytes: SIZE });
  const upload = (await parts.open(id)).body;
  const sent = [await parts.send(id, upload, 1, file), await parts.send(id, upload, 2, file)];
  await s.store.multipart.abort(keyOf(id), upload.upload_id);
  t.match(await parts.assemble(id, upload.upload_id, sent), { status: 409, body: { code: "MULTIPART_SUPERSEDED" } });
  t.equal((await parts.open(id)).status, 201);
});

t.test("a PUT of the whole file beside an upload in parts is taken, and the parts are dropped", async (t) => {
  const { id, upload: target } = await s.create({ size_bytes: SIZE });
  const upload = (await parts.open(id)).body;
  const [signed] = (await parts.sign(id, upload.upload_id, [2])).body.parts;
  t.equal(await put(target, film), 200);
  t.match(await parts.confirm(id), { status: 200, body: { status: "UPLOADED" } });
  await untilDropped(id);
  t.equal((await fetch(signed?.url ?? "", { method: "PUT", body: Buffer.alloc(100_000) })).status, 404);
});

t.test("parts after a PUT of the whole file replace it", async (t) => {
  const { id, upload: target } = await s.create({ size_bytes: SIZE });
  t.equal(await put(target, film), 200);
  const upload = (await parts.open(id)).body;
  const sent = [await parts.send(id, upload, 1, file), await parts.send(id, upload, 2, file)];
  t.equal((await parts.assemble(id, upload.upload_id, sent)).status, 200);
  t.match(await parts.confirm(id), { status: 200, body: { size_bytes: SIZE } });
});

t.test("an assembled object that is not the announced file is not confirmed", async (t) => {
  const { id } = await s.create({ size_bytes: 2 * SIZE });
  // Somebody with the store's keys puts it together from other parts.
  const key = keyOf(id);
  const uploadId = await s.store.multipart.create(key, { contentType: "video/mp4" });
  const url = await s.store.presignPart(key, { uploadId, partNumber: 1, sizeBytes: MIB }, { expiresSeconds: 60 });
  const etag = (await fetch(url, { method: "PUT", body: Buffer.alloc(MIB) })).headers.get("etag") ?? "";
  await s.store.multipart.complete(key, uploadId, [{ partNumber: 1, etag: etag.replaceAll('"', "") }]);
  t.match(await parts.confirm(id), { status: 409, body: { code: "SOURCE_MISMATCH" } });
});

t.test("a deleted video's parts are dropped", async (t) => {
  const { id } = await s.create({ size_bytes: SIZE });
  const upload = (await parts.open(id)).body;
  const [signed] = (await parts.sign(id, upload.upload_id, [2])).body.parts;
  t.equal((await s.call("DELETE", `/api/v1/media/videos/${id}/`)).status, 204);
  t.equal((await parts.list(id)).status, 404);
  await untilDropped(id);
  t.equal((await fetch(signed?.url ?? "", { method: "PUT", body: Buffer.alloc(100_000) })).status, 404);
});

t.test("store down: 503, and the same calls succeed once it is back", async (t) => {
  const { id } = await s.create({ size_bytes: SIZE });
  const down = { status: 503, body: { code: "STORE_UNAVAILABLE" } };
  proxy.cut();
  t.match(await parts.open(id), down);
  proxy.resume();
  const upload = (await parts.open(id)).body;
  const sent = [await parts.send(id, upload, 1, file), await parts.send(id, upload, 2, file)];
  proxy.cut();
  t.match(await parts.assemble(id, upload.upload_id, sent), down);
  proxy.resume();
  t.equal((await parts.assemble(id, upload.upload_id)).status, 200);

  const { id: other } = await s.create({ size_bytes: SIZE });
  const unwanted = (await parts.open(other)).body;
  proxy.cut();
  t.equal((await parts.abort(other, unwanted.upload_id)).status, 204, "giving up needs no store");
  proxy.resume();
  await untilDropped(other);
});
