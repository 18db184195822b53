import { GenericContainer, getContainerRuntimeClient, type StartedTestContainer, Wait } from "testcontainers";
import type { Ledger } from "./ledger.ts";
import { freePort } from "./ports.ts";
import { pingRedis } from "./redis.ts";

const POSTGRES_IMAGE = "postgres:18-trixie";
const REDIS_IMAGE = "redis:8-trixie";
const START_MS = 20_000;

async function engineClient() {
  try {
    return (await getContainerRuntimeClient()).container;
  } catch (cause) {
    throw new Error("No container engine can be reached: start Docker, or leave STACK unset.", { cause });
  }
}

/** Removes containers, running or not. One that is gone already, or an engine that is, is what was asked for. */
export async function removeContainers(ids: readonly string[]): Promise<void> {
  const client = await engineClient().catch(() => null);
  await Promise.allSettled(ids.map((id) => client?.getById(id).remove({ force: true, v: true })));
}

/** Removes a container once, whatever it is doing. */
function remover(container: StartedTestContainer): () => Promise<void> {
  let removed: Promise<unknown> | undefined;
  return async () => {
    removed ??= container.stop({ removeVolumes: true });
    await removed;
  };
}

/** PostgreSQL 18 from its official image. Its data are in memory and go with it; it goes with the ledger's owner. */
export async function startPostgresContainer(ledger: Ledger, options: { readonly password: string }) {
  await engineClient();
  const container = await new GenericContainer(POSTGRES_IMAGE)
    .withEnvironment({ POSTGRES_PASSWORD: options.password })
    // Since 18 the image keeps its data one level above the old /var/lib/postgresql/data.
    .withTmpFs({ "/var/lib/postgresql": "rw" })
    .withCommand(["postgres", "-c", "shared_preload_libraries=pg_stat_statements", "-c", "max_connections=200"])
    .withExposedPorts(5432)
    // Once by the server that initialises, once by the one that stays.
    .withWaitStrategy(Wait.forLogMessage(/database system is ready to accept connections/, 2))
    .start();
  ledger.addContainer(container.getId());
  const address = `${container.getHost()}:${container.getMappedPort(5432)}`;
  return { url: `postgres://postgres:${options.password}@${address}/postgres`, stop: remover(container) };
}

async function untilAnswering(port: number, host: string): Promise<void> {
  const deadline = Date.now() + START_MS;
  while (Date.now() < deadline) {
    const answered = await pingRedis(port, host).then(
      () => true,
      () => false,
    );
    if (answered) return;
  }
  throw new Error(`redis in its container does not answer after ${START_MS} ms`);
}

/**
 * Redis from its official image, on a port of this machine that stays the same over `halt`, `kill` and `start`.
 * It goes with the ledger's owner.
 */
export async function startRedisContainer(ledger: Ledger, options: { readonly persistent: boolean }) {
  const client = await engineClient();
  const port = await freePort();
  const appendOnly = options.persistent ? "yes" : "no";
  const container = await new GenericContainer(REDIS_IMAGE)
    .withCommand(["redis-server", "--save", "", "--appendonly", appendOnly, "--maxmemory-policy", "noeviction"])
    .withExposedPorts({ container: 6379, host: port })
    .withWaitStrategy(Wait.forLogMessage(/Ready to accept connections/))
    .start();
  ledger.addContainer(container.getId());
  const host = container.getHost();
  const engine = client.getById(container.getId());
  const isRunning = async () => (await engine.inspect()).State.Running;
  return {
    url: `redis://${host}:${port}`,
    port,
    /** Ends the server and keeps the container. */
    halt: async () => {
      if (await isRunning()) await engine.stop({ t: 5 });
    },
    kill: async () => {
      if (await isRunning()) await engine.kill();
    },
    start: async () => {
      if (!(await isRunning())) await engine.start();
      await untilAnswering(port, host);
    },
    /** Ends the server and removes the container. */
    stop: remover(container),
  };
}
