import t from "tap";
import { Type } from "typebox";
import { ConfigError, HttpConfig, loadConfig, redisUrls } from "../src/index.ts";

const Schema = Type.Object({
  ...HttpConfig,
  SECRET: Type.String({ minLength: 8, description: "shared secret" }),
  LIMIT: Type.Optional(Type.Integer({ minimum: 10, description: "seconds" })),
});

t.test("reads what is set, takes defaults for the rest, and freezes it", async (t) => {
  const config = loadConfig(Schema, { SECRET: "long enough", PORT: "8080", LIMIT: "", UNRELATED: "x" });
  t.match(config, { SECRET: "long enough", PORT: 8080, HOST: "127.0.0.1", LOG_LEVEL: "info" });
  t.notOk("LIMIT" in config, "an empty variable counts as absent");
  t.notOk("UNRELATED" in config);
  t.throws(() => Object.assign(config, { PORT: 1 }));
});

t.test("a bad value is one sentence that names its variable", async (t) => {
  const cases: [Record<string, string>, RegExp][] = [
    [{}, /^SECRET is not set: shared secret/],
    [{ SECRET: "short" }, /^SECRET has a value that cannot be used: shared secret, at least 8 characters/],
    [{ SECRET: "long enough", PORT: "http" }, /^PORT .*port to listen on/],
    [{ SECRET: "long enough", PORT: "70000" }, /^PORT .*at most 65535/],
    [{ SECRET: "long enough", LIMIT: "9" }, /^LIMIT .*at least 10/],
    [{ SECRET: "long enough", LOG_LEVEL: "loud" }, /^LOG_LEVEL .*one of fatal, error/],
  ];
  for (const [env, message] of cases) {
    const thrown = await Promise.resolve()
      .then(() => loadConfig(Schema, env))
      .catch((error: unknown) => error);
    t.type(thrown, ConfigError, JSON.stringify(env));
    t.match(String((thrown as Error).message), message);
    t.notMatch(String((thrown as Error).message), /short/, "the value itself is not repeated: it may be a secret");
  }
});

t.test("one Redis, or one each for state and queue", async (t) => {
  const [one, state, queue] = ["redis://one", "redis://state", "rediss://queue"];
  t.same(redisUrls({ REDIS_URL: one }), { state: one, queue: one });
  t.same(redisUrls({ REDIS_URL: one, REDIS_QUEUE_URL: queue }), { state: one, queue });
  t.same(redisUrls({ REDIS_STATE_URL: state, REDIS_QUEUE_URL: queue }), { state, queue });
  t.throws(() => redisUrls({ REDIS_STATE_URL: state }), { code: "CONFIG_INVALID", message: /^REDIS_URL is not set/ });
});
