import { randomTenant, signDevToken, startTcpProxy, startTestSystem } from "@lectern/local-stack";
import pg from "pg";
import { signIn } from "../../client.ts";
import { film } from "../../films.ts";
import { type Call, type Route, routesOf } from "./routes.ts";

const CALLS = 10;

/** Milliseconds of the slowest answer, by route. */
export type Slowest = ReadonlyMap<string, number>;

/** Calls every route while Redis is stopped, and again while it takes connections and answers nothing. */
export async function measureRedisDown(): Promise<{ readonly stopped: Slowest; readonly hanging: Slowest }> {
  const wired = Promise.withResolvers<Awaited<ReturnType<typeof startTcpProxy>>>();
  const system = await startTestSystem({
    only: ["upload-service", "progress-service"],
    // What is written into the database here has no job: nobody is to notice meanwhile.
    settings: { "upload-service": { SWEEP_MS: "60000" } },
    rewire: async (servers) => {
      const proxy = await startTcpProxy({ target: servers.redisUrl });
      wired.resolve(proxy);
      return { ...servers, redisUrl: proxy.url };
    },
  });
  const proxy = await wired.promise;
  const database = new pg.Pool({ connectionString: system.databaseUrl, max: 2 });
  try {
    const client = await signIn(system, randomTenant());
    const bytes = await film(1, "160x90");
    const user = await signDevToken(system.secrets, {
      audience: "media-api",
      subject: "teacher",
      tenantId: client.tenant,
      ttlSeconds: 3_600,
    });
    const service = await signDevToken(system.secrets, {
      audience: "media-internal",
      subject: "encode-worker",
      ttlSeconds: 3_600,
    });
    const prepare = async (): Promise<Route[]> => {
      const uploaded: number[] = [];
      while (uploaded.length < CALLS) uploaded.push(await client.upload(bytes));
      return routesOf(system, database, client.tenant, uploaded);
    };
    const call = (request: Call) => timed(request, request.internal ? service : user);
    const [first, second] = [await prepare(), await prepare()];

    await system.redis.stop();
    const stopped = await slowestOf(first, call);
    await system.redis.start();
    await untilReachable(system.urls.upload);
    proxy.hang();
    const hanging = await slowestOf(second, call);
    proxy.resume();
    return { stopped, hanging };
  } finally {
    await database.end();
    await system.stop();
    await proxy.close();
  }
}

/** One after the other: what is measured is Redis's silence, not how busy this machine is. */
async function slowestOf(routes: readonly Route[], call: (request: Call) => Promise<number>): Promise<Slowest> {
  const slowest = new Map<string, number>();
  for (const { name, calls } of routes)
    for (const request of calls) slowest.set(name, Math.max(slowest.get(name) ?? 0, await call(request)));
  return slowest;
}

/** @throws where the route did not do what it is there for */
async function timed({ method, url, body, done }: Call, token: string): Promise<number> {
  const began = performance.now();
  const answer = await fetch(url, {
    method,
    headers: { authorization: `Bearer ${token}`, ...(body && { "content-type": "application/json" }) },
    ...(body && { body: JSON.stringify(body) }),
    signal: AbortSignal.timeout(30_000),
  });
  const text = await answer.text();
  const tookMs = performance.now() - began;
  if (!done.includes(answer.status)) throw new Error(`${method} ${url}: ${answer.status} ${text}`);
  return tookMs;
}

async function untilReachable(url: string): Promise<void> {
  for (;;) {
    const answer = await fetch(`${url}/readyz`);
    if (((await answer.json()) as { degraded: string[] }).degraded.length === 0) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
