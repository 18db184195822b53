import { createProgressApp } from "@lectern/progress-service";
import { awaitRedis, connectRedis, createLogger, createTokenVerifier } from "@lectern/service-kit";
import { endWithParent, residentBytes } from "./child.ts";

export interface ServerSettings {
  redisUrl: string;
  secret: string;
}

/** Told first. */
export interface Listening {
  port: number;
}

/** The answer to any message. */
export interface ServerState {
  rss: number;
  cpuMicros: number;
  metrics: string;
}

const { redisUrl, secret } = JSON.parse(process.argv[2] ?? "") as ServerSettings;
const logger = createLogger({ service: "bench", level: "silent" });
const connection = connectRedis(redisUrl, "cache", logger);
await awaitRedis(connection, 5_000);
const app = await createProgressApp({
  redis: connection.redis,
  verify: createTokenVerifier({ secret }, "media-api"),
  logger,
  corsOrigins: ["*"],
});
const url = await app.listen({ host: "127.0.0.1", port: 0, backlog: 4_096 });
process.send?.({ port: Number(new URL(url).port) } satisfies Listening);
endWithParent();
process.on("message", async () => {
  const { user, system } = process.cpuUsage();
  process.send?.({ rss: residentBytes(), cpuMicros: user + system, metrics: await app.metrics.metrics() });
});
