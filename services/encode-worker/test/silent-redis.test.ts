import { startTcpProxy, testStack } from "@lectern/local-stack";
import { awaitRedis, connectRedis, createLogger, type RedisRole } from "@lectern/service-kit";
import type { Redis } from "ioredis";
import t from "tap";

const logger = createLogger({ service: "test", level: "silent" });
const { redisUrl } = await testStack();
/** Errors on the way are part of it. */
const event = (redis: Redis, name: string) => new Promise<void>((resolve) => redis.once(name, () => resolve()));
const TRIAL = { trialMs: 100 };

for (const role of ["cache", "producer", "blocking"] satisfies RedisRole[]) {
  t.test(`${role}: a connection that dies in silence is given up and made anew`, async (t) => {
    const proxy = await startTcpProxy({ target: redisUrl });
    const connection = connectRedis(proxy.url, role, logger, TRIAL);
    t.teardown(() => {
      connection.close();
      return proxy.close();
    });
    await awaitRedis(connection, 60_000);
    const { redis } = connection;
    proxy.hang();
    const waiting = redis.ping("still there?").catch((error: unknown) => error);
    await event(redis, "close");
    t.notOk(connection.reachable());
    // Who accepts connections and says nothing is given up in its turn.
    await event(redis, "connect");
    await event(redis, "close");
    proxy.resume();
    if (!connection.reachable()) await event(redis, "ready");
    t.equal(await redis.ping("again"), "again");
    const outcome = await waiting;
    if (role === "blocking") t.equal(outcome, "still there?", "what waited for an answer is asked again");
    else t.type(outcome, Error, "what waited for an answer costs its caller little time");
  });
}

t.test("an idle connection to a server that answers stays as it is", async (t) => {
  const connection = connectRedis(redisUrl, "blocking", logger, { trialMs: 500 });
  t.teardown(connection.close);
  await awaitRedis(connection, 60_000);
  const { redis } = connection;
  let closed = 0;
  redis.on("close", () => {
    closed += 1;
  });
  const { promise, resolve } = Promise.withResolvers<void>();
  let bytes = redis.stream.bytesRead;
  let answers = 0;
  const look = setInterval(() => {
    if (redis.stream.bytesRead === bytes) return;
    bytes = redis.stream.bytesRead;
    answers += 1;
    if (answers === 4) resolve();
  }, 5);
  await promise;
  clearInterval(look);
  t.equal(closed, 0);
});
