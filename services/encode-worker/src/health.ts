import { createApp, health, type Logger } from "@lectern/service-kit";
import { Registry } from "prom-client";

export interface HealthServer {
  registry: Registry;
  /** Gives the address; null where nothing listens. */
  listen(): Promise<string | null>;
  draining(): void;
  close(): Promise<void>;
}

export interface HealthOptions {
  /** Undefined: nothing listens, metrics go nowhere. */
  port: number | undefined;
  host: string;
  degraded: () => Record<string, boolean>;
  logger: Logger;
}

/** `/healthz`, `/readyz` and `/metrics`, for whoever looks after containers; a queue's worker needs no port otherwise. */
export async function createHealthServer({ port, host, degraded, logger }: HealthOptions): Promise<HealthServer> {
  if (port === undefined)
    return { registry: new Registry(), listen: async () => null, draining: () => {}, close: async () => {} };
  const app = await createApp({ title: "Lectern encode worker", logger, corsOrigins: [] });
  await app.register(health, { degraded });
  return {
    registry: app.metrics,
    async listen() {
      const address = await app.listen({ port, host });
      app.readiness.state = "ready";
      return address;
    },
    draining: () => {
      app.readiness.state = "draining";
    },
    close: async () => {
      await app.close();
    },
  };
}
