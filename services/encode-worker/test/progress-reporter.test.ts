import type { TenantId, VideoId } from "@lectern/keys";
import {
  closeProgress,
  encodeJobId,
  eventsChannel,
  jobRef,
  parseTenantId,
  parseVideoId,
  progressKey,
  videoRef,
} from "@lectern/keys";
import { randomTenant, startRedis, testStack } from "@lectern/local-stack";
import { connectRedis, createLogger } from "@lectern/service-kit";
import { Redis } from "ioredis";
import t from "tap";
import { createProgressReporter } from "../src/progress-reporter.ts";

const logger = createLogger({ service: "test", level: "silent" });
const run = { generation: 1, attempt: 1 };

function subjects() {
  const tenantId = parseTenantId(randomTenant()) as TenantId;
  const videoId = parseVideoId(1) as VideoId;
  return { video: videoRef(tenantId, videoId), job: jobRef(tenantId, encodeJobId(videoId, 1)) };
}

t.test("both hashes show the same, and hear of a step at once", async (t) => {
  const { redisUrl } = await testStack();
  const { redis, close } = connectRedis(redisUrl, "cache", logger);
  const { video, job } = subjects();
  await new Promise((resolve) => redis.once("ready", resolve));
  t.teardown(async () => {
    await redis.del(progressKey(video), progressKey(job));
    close();
  });
  const subscriber = new Redis(redisUrl);
  await subscriber.subscribe(eventsChannel(job));
  t.teardown(() => subscriber.disconnect());
  const heard = new Promise<void>((resolve) =>
    subscriber.on("message", (_channel, text: string) => {
      if (JSON.parse(text).step_percent === 50) resolve();
    }),
  );
  const reporter = createProgressReporter({
    ...{ redis, subjects: [video, job], run, version: 2, logger, expectations: null },
    onRefused: () => t.fail("refused"),
  });
  reporter.begin("transcoding");
  reporter.begin("validating");
  reporter.within(50);
  reporter.within(20);
  await heard;
  await reporter.stop();
  for (const subject of [video, job])
    t.match(await redis.hgetall(progressKey(subject)), {
      step: "validating",
      step_index: "5",
      step_total: "7",
      attempt: "1",
    });
});

t.test("a step that begins anew does not go back", async (t) => {
  const { redisUrl } = await testStack();
  const { redis, close } = connectRedis(redisUrl, "cache", logger);
  const { video, job } = subjects();
  await new Promise((resolve) => redis.once("ready", resolve));
  const subscriber = new Redis(redisUrl);
  await subscriber.subscribe(eventsChannel(video));
  t.teardown(async () => {
    subscriber.disconnect();
    await redis.del(progressKey(video), progressKey(job));
    close();
  });
  const seen: number[] = [];
  const heard = (percent: number) =>
    new Promise<void>((resolve) =>
      subscriber.on("message", () => {
        if (seen.at(-1) === percent) resolve();
      }),
    );
  subscriber.on("message", (_channel, text: string) => seen.push(JSON.parse(text).step_percent));
  const reporter = createProgressReporter({
    ...{ redis, subjects: [video, job], run, version: 2, logger, expectations: null },
    onRefused: () => t.fail("refused"),
  });
  reporter.begin("transcoding");
  const before = heard(70);
  reporter.within(70);
  await before;
  reporter.again();
  reporter.within(10);
  const after = heard(80);
  reporter.within(80);
  await after;
  await reporter.stop();
  t.strictSame(
    seen,
    [...seen].sort((a, b) => a - b),
  );
});

t.test("a closed fence is told, unless the outcome is being told already", async (t) => {
  const { redis, close } = connectRedis((await testStack()).redisUrl, "cache", logger);
  const { video, job } = subjects();
  await new Promise((resolve) => redis.once("ready", resolve));
  t.teardown(async () => {
    await redis.del(progressKey(video), progressKey(job));
    close();
  });
  await closeProgress(redis, job, run);
  const options = { redis, subjects: [video, job], run, version: 2, logger, expectations: null };
  const refused = await new Promise<string>((resolve) => {
    const reporter = createProgressReporter({ ...options, onRefused: resolve });
    t.teardown(() => reporter.stop());
  });
  t.equal(refused, "closed");
  const concluding = createProgressReporter({ ...options, onRefused: () => t.fail("told") });
  concluding.concluding();
  await concluding.stop();
});

t.test("Redis away is no refusal", async (t) => {
  const server = await startRedis();
  const { redis, close } = connectRedis(server.url, "cache", logger);
  await new Promise((resolve) => redis.once("ready", resolve));
  t.teardown(close);
  await server.stop();
  const { video, job } = subjects();
  const reporter = createProgressReporter({
    ...{ redis, subjects: [video, job], run, version: 2, logger, expectations: null },
    onRefused: () => t.fail("refused"),
  });
  reporter.begin("downloading");
  await reporter.stop();
  t.pass();
});
