import { createHash, randomBytes } from "node:crypto";
import { mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { randomTenant, testStack } from "@lectern/local-stack";
import t, { type Test } from "tap";
import { createObjectStore } from "../src/index.ts";
import { type Fault, type SeenRequest, startFaultyStore } from "./support/faulty-store.ts";

const { s3 } = await testStack();
const prefix = `tenants/${randomTenant()}/`;
const key = `${prefix}lecture.bin`;
const bytes = randomBytes(4_000_000);
const dir = await mkdtemp(path.join(tmpdir(), "object-store-faults-"));
const real = createObjectStore(s3);
const { md5: etag } = await real.put(key, bytes, { contentType: "video/mp4" });
t.teardown(async () => {
  await real.delete([key]);
  real.close();
  await rm(dir, { recursive: true });
});

/**
 * A store behind faults: the first requests that fit `method` meet them in turn, all others get through. `hasty` gives
 * up what falls silent for a moment; `store` has the patience of the services, for what is to get through.
 */
async function behind(t: Test, method: string, faults: Fault[], idleTimeoutMs = 2_000) {
  const proxy = await startFaultyStore(s3.endpoint);
  const ofMethod: SeenRequest[] = [];
  proxy.faultOf = (request) => {
    if (request.method !== method) return null;
    ofMethod.push(request);
    return faults.shift() ?? null;
  };
  const store = createObjectStore({ ...s3, endpoint: proxy.url, maxAttempts: 1 });
  const hasty = createObjectStore({ ...s3, endpoint: proxy.url, maxAttempts: 1, idleTimeoutMs });
  t.teardown(() => {
    store.close();
    hasty.close();
    return proxy.close();
  });
  return { proxy, store, hasty, requests: ofMethod };
}

for (const end of ["cut", "hang"] as const) {
  t.test(`a download that is ${end === "cut" ? "cut" : "left hanging"} goes on where it was`, async (t) => {
    const fault = { answerBytes: 1_500_000, end };
    const { hasty, requests, store } = await behind(t, "GET", [fault]);
    const file = path.join(dir, end);
    await t.rejects(hasty.download(key, file, { ifMatch: etag, resume: true }), { code: "STORE_UNAVAILABLE" });
    const there = (await stat(file)).size;
    t.ok(there > 0 && there <= 1_500_000, `${there} bytes are there`);
    let received = 0;
    const onReceived = (count: number) => {
      received = count;
    };
    const outcome = await store.download(key, file, { ifMatch: etag, resume: true, onReceived });
    t.same(outcome, { kind: "downloaded", size: bytes.length });
    t.match(requests.at(-1)?.headers, { range: `bytes=${there}-`, "if-match": `"${etag}"` });
    t.equal(received, bytes.length, "what was there counts as received");
    t.ok(bytes.equals(await readFile(file)));
  });
}

t.test("a file that holds more than the object is not kept", async (t) => {
  const { store } = await behind(t, "GET", []);
  const file = path.join(dir, "longer");
  await writeFile(file, Buffer.alloc(bytes.length + 1));
  const download = () => store.download(key, file, { ifMatch: etag, resume: true });
  await download().catch(() => download());
  t.ok(bytes.equals(await readFile(file)));
});

t.test("an object that changed meanwhile is not put together from two", async (t) => {
  const { store } = await behind(t, "GET", []);
  const file = path.join(dir, "other");
  await writeFile(file, bytes.subarray(0, 1000));
  const outcome = store.download(key, file, { ifMatch: createHash("md5").digest("hex"), resume: true });
  t.same(await outcome, { kind: "changed" });
});

t.test("a store that asks to be left alone is heard", async (t) => {
  const faults = [{ status: 429, retryAfter: 7 }, { status: 503, retryAfter: 3 }, { status: 500 }];
  const { requests, store } = await behind(t, "PUT", faults);
  const put = () => store.put(key, bytes, { contentType: "video/mp4" });
  await t.rejects(put(), { code: "STORE_UNAVAILABLE", retryAfterMs: 7000 });
  await t.rejects(put(), { code: "STORE_UNAVAILABLE", retryAfterMs: 3000 });
  await t.rejects(put(), { code: "STORE_UNAVAILABLE", retryAfterMs: null });
  t.equal(requests.length, 3, "the SDK repeats nothing by itself");
  await put();
});

t.test("an upload that is cut or hangs", async (t) => {
  const { hasty, store } = await behind(t, "PUT", [{ request: "cut" }, { request: "hang" }]);
  const put = (to: typeof store) => to.put(key, bytes, { contentType: "video/mp4" });
  await t.rejects(put(hasty), { code: "STORE_UNAVAILABLE" });
  await t.rejects(put(hasty), { code: "STORE_UNAVAILABLE" });
  t.match(await put(store), { md5: etag });
});

t.test("a listing whose body hangs after its headers", async (t) => {
  const { hasty, store } = await behind(t, "GET", [{ answerBytes: 10, end: "hang" }]);
  const list = async (of: typeof store) => {
    for await (const { key } of of.list(prefix)) t.equal(key, `${prefix}lecture.bin`);
  };
  await t.rejects(list(hasty), { code: "STORE_UNAVAILABLE" });
  await list(store);
});

t.test("no fault leaves a connection behind", async (t) => {
  const faults = Array.from({ length: 40 }, (_, index): Fault => {
    if (index % 4 === 0) return { answerBytes: 100_000, end: "cut" };
    return index % 4 === 1 ? { answerBytes: 100_000, end: "hang" } : { status: index % 4 === 2 ? 503 : 404 };
  });
  const { hasty, proxy } = await behind(t, "GET", faults, 500);
  const download = (_: unknown, index: number) =>
    hasty.download(key, path.join(dir, `c${index}`), { ifMatch: etag }).catch(() => null);
  for (let round = 0; round < 10; round += 1) await Promise.all(Array.from({ length: 4 }, download));
  t.ok(proxy.connections() <= 4, `${proxy.connections()} connections for four downloads at once`);
});

for (const minutes of [-30, -10, 10, 30]) {
  t.test(`a clock that is ${minutes} minutes off`, async (t) => {
    const { proxy } = await behind(t, "GET", []);
    const RealDate = Date;
    const offset = minutes * 60_000;
    class WrongDate extends RealDate {
      constructor(...given: [] | [string | number]) {
        super(...((given.length === 0 ? [RealDate.now() + offset] : given) as [number]));
      }
      static override now(): number {
        return RealDate.now() + offset;
      }
    }
    // The proxy's own answers must say what time it really is: it runs in this process.
    t.intercept(WrongDate.prototype, "toUTCString", { value: () => new RealDate(RealDate.now()).toUTCString() });
    globalThis.Date = WrongDate as DateConstructor;
    const store = createObjectStore({ ...s3, endpoint: proxy.url, maxAttempts: 1 });
    t.teardown(() => {
      globalThis.Date = RealDate;
      store.close();
    });
    // The store's answer tells its time, and what comes after that is signed by it.
    await store.head(key).catch(() => null);
    t.match(await store.head(key), { kind: "found" });
    t.match(await store.put(key, bytes, { contentType: "video/mp4" }), { md5: etag });
    const url = new URL(await store.presignGet(key, { expiresSeconds: 60 }));
    t.equal((await fetch(url)).status, 200);
    const signed = url.searchParams.get("X-Amz-Date") ?? "";
    const iso = signed.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, "$1-$2-$3T$4:$5:$6Z");
    t.ok(Math.abs(RealDate.parse(iso) - RealDate.now()) < 60_000, `signed at ${signed}`);
  });
}
