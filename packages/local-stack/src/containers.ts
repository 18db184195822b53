import { GenericContainer, type StartedTestContainer, Wait } from "testcontainers";
import { freePort } from "./ports.ts";

const POSTGRES_IMAGE = "postgres:18-trixie";
const REDIS_IMAGE = "redis:8-trixie";

/** A server in a container; `start` brings a stopped or killed one back on the same port. */
export interface ContainerServer {
  readonly url: string;
  readonly port: number;
  stop(): Promise<void>;
}

function ender(container: StartedTestContainer): () => Promise<void> {
  let ended: Promise<unknown> | undefined;
  return async () => {
    ended ??= container.stop({ removeVolumes: true });
    await ended;
  };
}

/** PostgreSQL 18 from its official image. Data are in memory and go with it. */
export async function startPostgresContainer(options: { readonly password: string }): Promise<ContainerServer> {
  const container = await new GenericContainer(POSTGRES_IMAGE)
    .withEnvironment({ POSTGRES_PASSWORD: options.password })
    // Since 18 the image keeps its data one level above the old /var/lib/postgresql/data.
    .withTmpFs({ "/var/lib/postgresql": "rw" })
    .withCommand(["postgres", "-c", "shared_preload_libraries=pg_stat_statements", "-c", "max_connections=200"])
    .withExposedPorts(5432)
    // Once by the server that initialises, once by the one that stays.
    .withWaitStrategy(Wait.forLogMessage(/database system is ready to accept connections/, 2))
    .start();
  const port = container.getMappedPort(5432);
  const url = `postgres://postgres:${options.password}@${container.getHost()}:${port}/postgres`;
  return { url, port, stop: ender(container) };
}

/** Redis from its official image, on a port of this machine that stays the same. */
export async function startRedisContainer(options: {
  readonly persistent: boolean;
  readonly port?: number;
}): Promise<ContainerServer> {
  const port = options.port ?? (await freePort());
  const appendOnly = options.persistent ? "yes" : "no";
  const container = await new GenericContainer(REDIS_IMAGE)
    .withCommand(["redis-server", "--save", "", "--appendonly", appendOnly, "--maxmemory-policy", "noeviction"])
    .withExposedPorts({ container: 6379, host: port })
    .withWaitStrategy(Wait.forLogMessage(/Ready to accept connections/))
    .start();
  return { url: `redis://${container.getHost()}:${port}`, port, stop: ender(container) };
}
