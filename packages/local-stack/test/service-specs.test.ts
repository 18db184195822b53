import t from "tap";
import { inheritedEnvironment, planServices } from "../src/service-specs.ts";

const parts = {
  databaseUrl: "postgres://database-secret@127.0.0.1/x",
  redisUrl: "redis://127.0.0.1:1",
  s3: {
    endpoint: "http://127.0.0.1:2",
    region: "auto",
    bucket: "b",
    accessKeyId: "k",
    secretAccessKey: "store-secret",
    publicReadUrl: null,
  },
  ffmpeg: "/f",
  ffprobe: "/p",
  secrets: { jwt: "user-secret", internalJwt: "internal-secret", ticket: "ticket-secret", playback: "playback-secret" },
  scratchDir: "/s",
};

t.test("each service gets what it needs and no secret of the others", async (t) => {
  const { specs, urls } = await planServices(parts);
  const secretsOf = (name: string) => {
    const values = Object.values(specs.find((spec) => spec.name === name)?.env ?? {}).join(" ");
    return values.match(/[a-z]+-secret/g) ?? [];
  };
  t.same(secretsOf("upload-service").sort(), [
    "database-secret",
    "internal-secret",
    "playback-secret",
    "store-secret",
    "user-secret",
  ]);
  t.same(secretsOf("progress-service").sort(), ["ticket-secret", "user-secret"]);
  t.same(secretsOf("encode-worker").sort(), ["internal-secret", "store-secret"]);
  t.equal(new Set(Object.values(urls)).size, 3);
});

t.test("settings are inherited, addresses and secrets are not", async (t) => {
  const env = {
    LOG_LEVEL: "debug",
    PATH: "/bin",
    NOT_SET: undefined,
    DATABASE_URL: "x",
    REDIS_STATE_URL: "x",
    S3_SECRET_ACCESS_KEY: "x",
    JWT_JWKS_URL: "x",
    INTERNAL_JWT_SECRET: "x",
    PROGRESS_TICKET_SECRET: "x",
    PLAYBACK_TICKET_SECRET: "x",
    PUBLIC_URL: "x",
    npm_config_x: "x",
    PORT: "1",
  };
  t.same(inheritedEnvironment(env), { LOG_LEVEL: "debug", PATH: "/bin" });
});
