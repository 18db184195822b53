import t from "tap";
import { loadProgressConfig } from "../src/config.ts";

const SECRET = "x".repeat(32);
const GIVEN = { JWT_HS256_SECRET: SECRET, PROGRESS_TICKET_SECRET: SECRET };

t.test("every variable but the secrets has a default", async (t) => {
  t.match(loadProgressConfig(GIVEN), {
    HOST: "127.0.0.1",
    PORT: 3000,
    LOG_LEVEL: "info",
    CORS_ORIGINS: "",
    redis: { state: "redis://127.0.0.1:6379", queue: "redis://127.0.0.1:6379" },
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
    PROGRESS_TICKET_SECRET: "too short",
  };
  for (const [name, value] of Object.entries(bad))
    t.throws(() => loadProgressConfig({ ...GIVEN, [name]: value }), {
      message: new RegExp(`^${name} `),
    });
});
