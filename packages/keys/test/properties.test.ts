import fc from "fast-check";
import t from "tap";
import {
  closeProgress,
  compareRuns,
  isFinalStatus,
  progressKey,
  type Run,
  readSnapshots,
  redisNow,
  statusKey,
  type VideoStatus,
  writeProgress,
  writeStatus,
} from "../src/index.ts";
import { connectRedis } from "./support/stack.ts";
import { aVideo, forget } from "./support/subjects.ts";
import { run, update } from "./support/updates.ts";

const connections = await Promise.all([connectRedis(), connectRedis(), connectRedis()]);
const [redis] = connections;
t.teardown(() => {
  for (const connection of connections) connection.disconnect();
});

const runs = fc.tuple(fc.integer({ min: 1, max: 2 }), fc.integer({ min: 1, max: 3 })).map(([g, a]) => run(g, a));
const percents = fc.oneof(fc.double(), fc.double({ min: 0, max: 100, noNaN: true }));
const progress = fc.record({ kind: fc.constant("progress" as const), run: runs, percent: percents });
const close = fc.record({ kind: fc.constant("close" as const), run: runs });
const status = fc.record({
  kind: fc.constant("status" as const),
  status: fc.constantFrom<VideoStatus>("UPLOADED", "PROCESSING", "READY", "FAILED"),
  generation: fc.integer({ min: 1, max: 2 }),
});

t.test("any interleaving of progress and final statuses leaves a final status final and without expiry", async (t) => {
  // Each write goes by one of three connections at once, so that Redis sees them in any order; the second half of a
  // progress write (the status's expiry) lands wherever it lands among the rest.
  const writes = fc.array(fc.tuple(fc.oneof(progress, close, status), fc.nat(connections.length - 1)), {
    minLength: 1,
    maxLength: 25,
  });
  const property = fc.asyncProperty(writes, async (list) => {
    const video = aVideo();
    const statuses = list.flatMap(([write], version) => (write.kind === "status" ? [{ ...write, version }] : []));
    await Promise.all(
      list.map(async ([write, connection], version) => {
        const by = connections[connection] ?? redis;
        if (write.kind === "progress") return writeProgress(by, video, update(write));
        if (write.kind === "close") return closeProgress(by, video, write.run);
        const { status, generation } = write;
        return writeStatus(by, video, { status, generation, version });
      }),
    );
    const last = statuses.toSorted((a, b) => a.generation - b.generation || a.version - b.version).at(-1);
    const [snapshot] = await readSnapshots(redis, [video]);
    const ttl = await redis.ttl(statusKey(video));
    await forget(redis, video);
    if (last === undefined) return snapshot?.known === false && ttl === -2;
    const right = snapshot?.status === last.status && snapshot.version === last.version;
    return right && (isFinalStatus(last.status) ? ttl === -1 && snapshot.progress === null : true);
  });
  await fc.assert(property, { numRuns: 150 });
  t.pass();
});

interface Model {
  /** The highest run that wrote. */
  last: Run;
  /** The highest run that was closed. */
  closed: Run;
  percent: number;
}

t.test("a lower or closed run is refused, and percent never falls within a generation", async (t) => {
  const writes = fc.array(fc.oneof({ arbitrary: progress, weight: 4 }, { arbitrary: close, weight: 1 }), {
    maxLength: 30,
  });
  const property = fc.asyncProperty(writes, async (list) => {
    const video = aVideo();
    const model: Model = { last: run(0, 0), closed: run(0, 0), percent: 0 };
    for (const write of list) {
      if (write.kind === "close") {
        await closeProgress(redis, video, write.run);
        if (compareRuns(write.run, model.last) >= 0 && compareRuns(write.run, model.closed) > 0)
          model.closed = write.run;
        continue;
      }
      const written = await writeProgress(redis, video, update(write));
      const highest = compareRuns(model.closed, model.last) >= 0 ? model.closed : model.last;
      const order = compareRuns(write.run, highest);
      const refused = order < 0 ? "superseded" : order === 0 && highest === model.closed ? "closed" : null;
      if (refused !== null) {
        t.strictSame(written, { accepted: false, reason: refused });
        continue;
      }
      const sane = Number.isFinite(write.percent)
        ? Math.min(99, Math.max(0, Math.floor(write.percent * 100) / 100))
        : 0;
      model.percent = write.run.generation === model.last.generation ? Math.max(model.percent, sane) : sane;
      model.last = write.run;
      t.strictSame(written, { accepted: true, percent: model.percent });
      t.equal(Number(await redis.hget(progressKey(video), "percent")), model.percent);
    }
    await forget(redis, video);
  });
  await fc.assert(property, { numRuns: 100 });
});

t.test("Redis's clock is written as RFC 3339 whatever the day", async (t) => {
  // The scripts turn TIME into a date themselves; here their arithmetic is asked about other days than today.
  const { readFile } = await import("node:fs/promises");
  const prelude = await readFile(new URL("../src/scripts/prelude.lua", import.meta.url), "utf8");
  const stubbed = prelude.replace('redis.call("TIME")', "{ ARGV[1], ARGV[2] }");
  const moment = fc.integer({ min: 0, max: Date.parse("2400-03-01T00:00:00Z") });
  const property = fc.asyncProperty(moment, async (milliseconds) => {
    const seconds = Math.floor(milliseconds / 1000);
    const text = await redis.eval(`${stubbed}\nreturn now()`, 0, seconds, (milliseconds % 1000) * 1000 + 999);
    return text === new Date(milliseconds).toISOString();
  });
  const edges = ["1970-01-01", "2000-02-29", "2024-02-29", "2024-03-01", "2026-12-31", "2100-02-28", "2100-03-01"];
  const examples = edges.map((day): [number] => [Date.parse(`${day}T23:59:59.999Z`)]);
  await fc.assert(property, { numRuns: 200 + examples.length, examples });
  t.ok(Math.abs((await redisNow(redis)) - Date.now()) < 60_000);
});
