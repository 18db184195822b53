import { startRedis, startTcpProxy } from "@lectern/local-stack";
import type { Test } from "tap";

/** A Redis of the test's own, and a way to it that can be cut, held and slowed. Both end with the test. */
export async function redisBehindProxy(t: Test) {
  const redis = await startRedis();
  t.teardown(redis.stop);
  const proxy = await startTcpProxy({ target: redis.url });
  t.teardown(proxy.close);
  return { redis, proxy };
}
