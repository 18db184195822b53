import t from "tap";
import { loadProgressConfig } from "../src/config.ts";

const SECRET = "x".repeat(32);

t.test("every variable but the key of tokens has a default", async (t) => {
  t.match(loadProgressConfig({ JWT_HS256_SECRET: SECRET }), {
    HOST: "127.0.0.1",
    PORT: 3000,
    LOG_LEVEL: "info",
    CORS_ORIGINS: "",
    REDIS_URL: "redis://127.0.0.1:6379",
    DRAIN_DELAY_MS: 1000,
  });
});

t.test("a value that cannot be used is named", async (t) => {
  const bad = {
    PORT: "http",
    REDIS_URL: "localhost:6379",
    REDIS_STATE_URL: "http://x",
    DRAIN_DELAY_MS: "-1",
    LOG_LEVEL: "loud",
  };
  for (const [name, value] of Object.entries(bad))
    t.throws(() => loadProgressConfig({ JWT_HS256_SECRET: SECRET, [name]: value }), {
      message: new RegExp(`^${name} `),
    });
});
