import t from "tap";
import { readConfig, readMode } from "../src/config.ts";

const least = {
  REDIS_URL: "redis://127.0.0.1:6379",
  UPLOAD_INTERNAL_URL: "http://127.0.0.1:3001",
  INTERNAL_JWT_SECRET: "x".repeat(32),
  S3_ENDPOINT: "http://127.0.0.1:9000",
  S3_BUCKET: "lectern",
  S3_ACCESS_KEY_ID: "id",
  S3_SECRET_ACCESS_KEY: "secret",
  FFMPEG_PATH: "/usr/bin/ffmpeg",
  FFPROBE_PATH: "/usr/bin/ffprobe",
};

t.test("defaults", async (t) => {
  const config = readConfig(least);
  t.match(config, { CONCURRENCY: 1, PATIENCE_SECONDS: 7200, X264_PRESET: "veryfast", LOG_LEVEL: "info" });
  t.strictSame(config.redis, { state: least.REDIS_URL, queue: least.REDIS_URL });
  t.equal(config.HEALTH_PORT, undefined);
});

t.test("state and queue may be two servers", async (t) => {
  const { REDIS_URL: _, ...rest } = least;
  const two = { REDIS_STATE_URL: "redis://state", REDIS_QUEUE_URL: "rediss://queue" };
  t.strictSame(readConfig({ ...rest, ...two }).redis, { state: "redis://state", queue: "rediss://queue" });
  t.throws(() => readConfig({ ...rest, REDIS_STATE_URL: "redis://state" }), { message: /^REDIS_URL is not set/ });
});

t.test("a bad value stops the start with a sentence that names it", async (t) => {
  t.throws(() => readConfig({ ...least, CONCURRENCY: "0" }), { code: "CONFIG_INVALID", message: /^CONCURRENCY / });
  t.throws(() => readConfig({ ...least, FFMPEG_PATH: "ffmpeg" }), { message: /^FFMPEG_PATH / });
  t.throws(() => readConfig({ ...least, X264_PRESET: "placebo" }), { message: /^X264_PRESET / });
});

t.test("modes", async (t) => {
  t.equal(readMode([]), "service");
  t.equal(readMode(["--once"]), "once");
  t.equal(readMode(["--drain"]), "drain");
  t.throws(() => readMode(["--drane"]), { code: "CONFIG_INVALID" });
});
