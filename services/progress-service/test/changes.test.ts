import { startRedis } from "@lectern/local-stack";
import { Redis } from "ioredis";
import t, { type Test } from "tap";
import { type Changes, LISTENER, listenerFor, watchChanges } from "../src/changes.ts";
import { PATIENT_LISTENER } from "./support/app.ts";

interface Watch {
  reader: Redis;
  /** Whoever else writes. */
  other: Redis;
  listener: Redis;
  changes: Changes;
  /** Keys told of since the last time, once all was told; "*" for any. */
  told: () => Promise<string[]>;
}

/** On a server of its own, since FLUSHALL is among what is watched for. */
async function startWatch(t: Test): Promise<Watch> {
  const server = await startRedis();
  t.teardown(server.stop);
  const [reader, other] = [new Redis(server.url), new Redis(server.url)];
  const listener = reader.duplicate(PATIENT_LISTENER);
  let stopped = false;
  const onFailure = (error: unknown): void => {
    // One that is stopped while it begins has failed as well.
    if (!stopped) t.fail(String(error));
  };
  const changes = watchChanges({ reader, listener, onFailure });
  t.teardown(() => {
    stopped = true;
    changes.stop();
    reader.disconnect();
    other.disconnect();
  });
  const heard: string[] = [];
  changes.listen((keys) => heard.push(...(keys ?? ["*"])));
  await untilWatching(changes);
  const told = async (): Promise<string[]> => {
    await changes.confirm();
    return heard.splice(0).sort();
  };
  return { reader, other, listener, changes, told };
}

async function untilWatching(changes: Changes, other: number | null = null): Promise<void> {
  while (changes.mark() === null || changes.mark() === other) await new Promise(setImmediate);
}

t.test("tells of every change of what was read, whoever makes it and however", async (t) => {
  const { reader, other, told } = await startWatch(t);
  // A read that is refused for the type of the key is tracked like any other.
  const read = () => Promise.allSettled([reader.get("a"), reader.hgetall("h")]);
  const changes: Record<string, [() => Promise<unknown>, string[]]> = {
    "a key that was not there": [() => other.set("a", "1"), ["a"]],
    "a plain HSET": [() => other.hset("h", "percent", "1"), ["h"]],
    "one field more": [() => other.hset("h", "step", "x"), ["h"]],
    "a field less": [() => other.hdel("h", "step"), ["h"]],
    "a script": [() => other.eval("redis.call('SET', KEYS[1], '2')", 1, "a"), ["a"]],
    "the reader itself": [() => reader.set("a", "3"), ["a"]],
    removal: [() => other.del("a"), ["a"]],
    "another type": [() => other.multi().del("h").rpush("h", "x").exec(), ["h"]],
    "a new expiry": [() => other.expire("h", 100), ["h"]],
    "everything at once": [() => other.flushall(), ["*"]],
    "and after it": [() => other.set("a", "4"), ["a"]],
  };
  for (const [what, [change, keys]] of Object.entries(changes)) {
    await read();
    await change();
    t.strictSame([...new Set(await told())], keys, what);
  }
  await other.set("unread", "1");
  t.strictSame(await told(), [], "nothing of what nobody read");
});

t.test("vouches for the time before the question, and goes on asking by itself", async (t) => {
  const { changes } = await startWatch(t);
  const before = performance.now();
  await changes.confirm();
  t.ok(changes.heardUntil() >= before && changes.heardUntil() <= performance.now());
  const until = changes.heardUntil();
  while (changes.heardUntil() === until) await new Promise(setImmediate);
  t.ok(changes.heardUntil() > until);
});

for (const lost of ["listener", "reader"] as const)
  t.test(`a ${lost} that was cut off: what was read before is not vouched for`, async (t) => {
    const watch = await startWatch(t);
    const mark = watch.changes.mark();
    // Unlike `once` of node:events, which rejects on the error that comes before it.
    const closed = new Promise((resolve) => watch[lost].once("close", resolve));
    watch.reader.on("error", () => {});
    await watch.other.call("CLIENT", "KILL", "ID", String(await idOf(watch, lost)));
    await closed;
    t.equal(watch.changes.mark(), null);
    t.equal(watch.changes.heardUntil(), Number.NEGATIVE_INFINITY);
    await untilWatching(watch.changes, mark);
    await watch.reader.get("a");
    await watch.other.set("a", "1");
    t.strictSame(await watch.told(), ["a"], "and the new watch is told again");
  });

/** The listener cannot be asked: it has subscribed. */
async function idOf({ reader, other }: Watch, which: "listener" | "reader"): Promise<unknown> {
  const readers = await reader.client("ID");
  if (which === "reader") return readers;
  const list = String(await other.call("CLIENT", "LIST", "TYPE", "pubsub"));
  return /(?:^|\n)id=(\d+)/.exec(list)?.[1];
}

t.test("connections that lead to two servers, as after a fail-over: no watch", async (t) => {
  const [old, present] = await Promise.all([startRedis(), startRedis()]);
  t.teardown(() => Promise.all([old.stop(), present.stop()]));
  const reader = new Redis(present.url);
  const failure = Promise.withResolvers<unknown>();
  const changes = watchChanges({ reader, listener: new Redis(old.url, LISTENER), onFailure: failure.resolve });
  t.teardown(() => {
    changes.stop();
    reader.disconnect();
  });
  t.match(await failure.promise, { message: /two servers/ });
  t.equal(changes.mark(), null);
});

t.test("a server that does not allow it: no watch, and the reason is told", async (t) => {
  const server = await startRedis();
  t.teardown(server.stop);
  const admin = new Redis(server.url);
  await admin.acl("SETUSER", "poor", "on", "nopass", "~*", "&*", "+@all", "-client|tracking");
  admin.disconnect();
  const reader = new Redis(server.url, { username: "poor", password: "x" });
  const failure = Promise.withResolvers<unknown>();
  const changes = watchChanges({ reader, listener: listenerFor(reader), onFailure: failure.resolve });
  t.teardown(() => {
    changes.stop();
    reader.disconnect();
  });
  t.match(await failure.promise, { message: /NOPERM/ });
  t.equal(changes.mark(), null);
});
