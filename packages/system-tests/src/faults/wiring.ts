import {
  type HttpProxy,
  type ServerAddresses,
  startHttpProxy,
  startTcpProxy,
  type TcpProxy,
} from "@lectern/local-stack";

/** What stands between the services and their servers. */
export interface Wiring {
  readonly proxies: { readonly redis: TcpProxy; readonly store: TcpProxy; readonly database: TcpProxy };
  /** Behind the store's TCP proxy: the store's answers. */
  readonly answers: HttpProxy;
  /** Each worker's own way to Redis, which leads through the common one. */
  readonly workersToRedis: readonly TcpProxy[];
  /** Where the services are to look. */
  readonly addresses: ServerAddresses & { readonly workerSettings: readonly Readonly<Record<string, string>>[] };
  close(): Promise<void>;
}

export async function wire({ databaseUrl, redisUrl, s3 }: ServerAddresses, workers: number): Promise<Wiring> {
  const answers = await startHttpProxy({ target: s3.endpoint });
  const [database, redis, store] = await Promise.all([
    startTcpProxy({ target: databaseUrl }),
    startTcpProxy({ target: redisUrl }),
    startTcpProxy({ target: answers.url }),
  ]);
  const workersToRedis = await Promise.all(Array.from({ length: workers }, () => startTcpProxy({ target: redis.url })));
  return {
    proxies: { database, redis, store },
    answers,
    workersToRedis,
    addresses: {
      databaseUrl: database.url,
      redisUrl: redis.url,
      s3: { ...s3, endpoint: store.url },
      workerSettings: workersToRedis.map(({ url }) => ({ REDIS_URL: url })),
    },
    async close() {
      await Promise.all([database, redis, store, ...workersToRedis, answers].map((each) => each.close()));
    },
  };
}
