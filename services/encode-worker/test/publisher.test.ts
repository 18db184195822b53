import { createHash } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { randomTenant, testStack } from "@lectern/local-stack";
import { createObjectStore } from "@lectern/object-store";
import t, { type Test } from "tap";
import { createPublisher, findWrong } from "../src/publisher.ts";

const never = new AbortController().signal;

t.test("publisher", async (t) => {
  const { s3 } = await testStack();
  const store = createObjectStore(s3);
  const prefix = `tenants/${randomTenant()}/videos/1/g1/a1/`;
  const text = (name: string) => ({ name, contentType: "text/plain", data: Buffer.from(`I am ${name}`) });
  t.teardown(async () => {
    for await (const { key } of store.list(prefix)) await store.delete([key]);
    store.close();
  });

  const publisherTo = (target: typeof store, { error }: Test) =>
    createPublisher({ store: target, prefix, signal: never, retry: (call) => call(() => {}), onFault: error });

  t.test("stores what it is given, and the listing proves it", async (t) => {
    const publisher = publisherTo(store, t);
    for (let index = 0; index < 9; index += 1) publisher.add(text(`s${index}`));
    t.equal(publisher.pending(), 9);
    await publisher.settled();
    t.equal(publisher.pending(), 0);
    t.equal(publisher.published.size, 9);
    const objects = [...publisher.published.values()];
    t.strictSame(await findWrong(store, prefix, objects, never), []);

    await store.delete([`${prefix}s3`]);
    await store.put(`${prefix}s4`, Buffer.from("I was s4"), { contentType: "text/plain" });
    const wrong = await findWrong(store, prefix, objects, never);
    t.strictSame(wrong.sort(), [`${prefix}s3`, `${prefix}s4`], "missing, and of the same size with other bytes");
    publisher.repeat(wrong);
    await publisher.settled();
    t.strictSame(await findWrong(store, prefix, objects, never), []);
  });

  t.test("files of all sizes, more than go at once, arrive each with its own bytes", async (t) => {
    const folder = t.testdir();
    const publisher = publisherTo(store, t);
    const files = [70_000, 3, 200_000, 0, 1_000, 150_000, 9, 70_001, 2, 199_999].map((size, index) => ({
      name: `f${index}`,
      bytes: Buffer.alloc(size, `file ${index};`),
    }));
    for (const { name, bytes } of files) {
      await writeFile(join(folder, name), bytes);
      publisher.add({ name, contentType: "text/plain", path: join(folder, name) });
    }
    await publisher.settled();
    for (const { name, bytes } of files) {
      const read = await store.read(`${prefix}${name}`, { mostBytes: 1_000_000 });
      t.equal(read.kind === "found" && bytes.equals(read.bytes), true, name);
      const { sha256, size } = publisher.published.get(`${prefix}${name}`) ?? {};
      t.strictSame({ sha256, size }, { sha256: createHash("sha256").update(bytes).digest("hex"), size: bytes.length });
    }
  });

  t.test("drops what the encoder gave up, stored or not", async (t) => {
    const publisher = publisherTo(store, t);
    const file = (name: string) => ({ name, contentType: "text/plain", path: `/nonexistent/${name}` });
    publisher.add(text("v/1"));
    publisher.add(text("a/1"));
    publisher.add(file("a/2"));
    await publisher.retain((name) => name.startsWith("v/"));
    await publisher.settled();
    t.strictSame([...publisher.published.keys()], [`${prefix}v/1`]);
    t.strictSame(await store.head(`${prefix}a/1`), { kind: "missing" });
    publisher.add(file("v/2"));
    await t.rejects(publisher.settled(), { message: /was gone/ });
  });

  t.test("what is taken again under its name is stored last, also where the first was gone", async (t) => {
    const order: string[] = [];
    const slow: typeof store = {
      ...store,
      async put(key, bytes, rest) {
        const outcome = await store.put(key, bytes, rest);
        order.push(Buffer.from(bytes).toString());
        return outcome;
      },
    };
    const publisher = publisherTo(slow, t);
    const again = (name: string, words: string) => ({
      name,
      contentType: "text/plain",
      data: Buffer.from(words),
    });
    for (const words of ["first", "second", "third"]) publisher.add(again("r/1", words));
    publisher.add({ name: "r/2", contentType: "text/plain", path: "/nonexistent/r/2" });
    publisher.add(again("r/2", "there"));
    await publisher.settled();
    t.equal(order.filter((words) => words !== "there").at(-1), "third");
    t.strictSame(await findWrong(store, prefix, publisher.published.values(), never), []);
    const md5 = createHash("md5").update("third").digest("hex");
    t.equal(publisher.published.get(`${prefix}r/1`)?.md5, md5);
  });

  t.test("a fault that stays is told once and ends the waiting", async (t) => {
    const faults: unknown[] = [];
    const broken = new Error("broken");
    const publisher = createPublisher({
      store,
      prefix,
      signal: never,
      retry: () => Promise.reject(broken),
      onFault: (error) => faults.push(error),
    });
    for (let index = 0; index < 9; index += 1) publisher.add(text(`f${index}`));
    await t.rejects(publisher.settled(), broken);
    t.strictSame(faults, [broken]);
    t.equal(publisher.published.size, 0);
  });
});
