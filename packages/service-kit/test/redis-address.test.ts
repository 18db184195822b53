import t from "tap";
import { connectRedis, createLogger, redisUrls } from "../src/index.ts";
import { parseRedisUrl } from "../src/redis-address.ts";

t.test("one server, sentinels, a Cluster", async (t) => {
  t.strictSame(parseRedisUrl("rediss://h:1/2"), { kind: "server", url: "rediss://h:1/2" });
  t.strictSame(parseRedisUrl("redis+sentinel://a,[::1]:7/main"), {
    kind: "sentinel",
    sentinels: [
      { host: "a", port: 26_379 },
      { host: "::1", port: 7 },
    ],
    name: "main",
    db: 0,
    replica: false,
    tls: false,
  });
  const url = "rediss+sentinel://u:p%40ss@a:1/main/3?reads=replica&sentinelPassword=s%26x";
  t.match(parseRedisUrl(url), {
    username: "u",
    password: "p@ss",
    tls: true,
    db: 3,
    replica: true,
    sentinelPassword: "s&x",
  });
  t.strictSame(parseRedisUrl("redis+cluster://:secret@a:1,b"), {
    kind: "cluster",
    nodes: [
      { host: "a", port: 1 },
      { host: "b", port: 6_379 },
    ],
    password: "secret",
    tls: false,
  });
});

t.test("what cannot be used is refused by a sentence that does not repeat it", async (t) => {
  const bad = [
    "localhost:6379",
    "redis+sentinel://secret:1",
    "redis+sentinel://secret:1/main?role=slave",
    "redis+cluster://secret:1/name",
    "redis+cluster://secret:1,secret2:x",
    "redis+cluster://secret:1?reads=replica",
    "redis+ring://secret:1",
  ];
  for (const url of bad) {
    t.throws(() => parseRedisUrl(url), { code: "CONFIG_INVALID" }, url);
    try {
      redisUrls({ REDIS_URL: url });
    } catch (error) {
      t.match(String(error), /REDIS_STATE_URL or REDIS_URL/);
      t.notMatch(String(error), "secret", url);
    }
  }
});

t.test("a Cluster holds the state, and not the queue", async (t) => {
  const [cluster, server] = ["redis+cluster://a:1", "redis://b:1"];
  const both = redisUrls({ REDIS_STATE_URL: cluster, REDIS_QUEUE_URL: server });
  t.strictSame(both, { state: cluster, queue: server });
  const refused = { code: "CONFIG_INVALID", message: /^The queue cannot be in a Redis Cluster: set REDIS_QUEUE_URL/ };
  t.throws(() => redisUrls({ REDIS_URL: cluster }), refused);
  const replica = { REDIS_URL: "redis+sentinel://a/main?reads=replica" };
  t.throws(() => redisUrls(replica), { message: /this service writes/ });
  t.equal(redisUrls(replica, { readsOnly: true }).state, replica.REDIS_URL);
  const logger = createLogger({ service: "test", level: "silent" });
  t.throws(() => connectRedis(cluster, "producer", logger), refused);
});
