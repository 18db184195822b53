import type { FastifyInstance } from "fastify";
import fp from "fastify-plugin";
import { collectDefaultMetrics, Histogram, Registry } from "prom-client";

declare module "fastify" {
  interface FastifyInstance {
    /** This process's metrics, served at `/metrics`. */
    metrics: Registry;
    /** Ready from listening until draining; the owner of the process says which it is. */
    readiness: { state: "starting" | "ready" | "draining" };
  }
}

export interface HealthOptions {
  /** Dependencies whose loss degrades the service but must not take it out of the balancer. */
  degraded: () => Record<string, boolean>;
}

/**
 * `/healthz` (the process is alive), `/readyz` (503 only while starting or draining: a lost dependency is `degraded` in
 * a 200, else its outage would take every process out of the balancer at once) and `/metrics` (Prometheus text).
 */
export const health = fp<HealthOptions>(
  async (app, options) => {
    const metrics = new Registry();
    collectDefaultMetrics({ register: metrics });
    app.decorate("metrics", metrics);
    app.decorate("readiness", { state: "starting" as const });
    measureRequests(app, metrics);

    app.get("/healthz", { schema: { hide: true } }, () => ({ status: "ok" }));
    app.get("/readyz", { schema: { hide: true } }, (_request, reply) => {
      const { state } = app.readiness;
      const degraded = Object.entries(options.degraded()).flatMap(([name, lost]) => (lost ? [name] : []));
      return reply
        .code(state === "ready" ? 200 : 503)
        .send({ status: state === "ready" && degraded.length > 0 ? "degraded" : state, degraded });
    });
    app.get("/metrics", { schema: { hide: true } }, async (_request, reply) =>
      reply.type(metrics.contentType).send(await metrics.metrics()),
    );
    app.addHook("onClose", async () => metrics.clear());
  },
  { name: "health" },
);

function measureRequests(app: FastifyInstance, metrics: Registry): void {
  const seconds = new Histogram({
    name: "http_request_duration_seconds",
    help: "Time from the request's arrival to the end of its answer",
    labelNames: ["method", "route", "status"],
    buckets: [0.001, 0.005, 0.02, 0.1, 0.5, 2, 10],
    registers: [metrics],
  });
  app.addHook("onResponse", (request, reply, done) => {
    const route = request.routeOptions.url ?? "none";
    seconds.observe({ method: request.method, route, status: String(reply.statusCode) }, reply.elapsedTime / 1000);
    done();
  });
}
