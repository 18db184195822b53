import type { InjectOptions } from "fastify";
import { pino } from "pino";
import t from "tap";
import { type App, createApp, health, ProblemError } from "../src/index.ts";

const logger = pino({ level: "silent" });

async function build(corsOrigins: string[] = ["https://academy.example"]): Promise<App> {
  const app = await createApp({
    title: "Test",
    logger,
    corsOrigins,
    translateError: (error) =>
      error.message === "lost" ? new ProblemError("DATABASE_UNAVAILABLE", "Try again.", { retryAfter: 2 }) : null,
  });
  await app.register(health, { degraded: () => ({ redis: true, queue: false }) });
  app.get("/things/:id", (request) => {
    const { id } = request.params as { id: string };
    if (id === "lost") throw new Error("lost");
    if (id === "broken") throw new Error("the password is 1234");
    return { id };
  });
  app.post("/things", { schema: { body: { type: "object", required: ["name"] } } }, () => ({ ok: true }));
  return app;
}

t.test("each error is a problem with CORS headers, whoever raised it", async (t) => {
  const app = await build();
  t.teardown(() => app.close());
  const origin = "https://academy.example";
  const json = { "content-type": "application/json", origin };
  const cases: [InjectOptions, number, string][] = [
    [{ url: "/nowhere", headers: { origin } }, 404, "ROUTE_NOT_FOUND"],
    [{ url: "/things/%", headers: { origin } }, 400, "VALIDATION_FAILED"],
    [{ url: `/things/${"9".repeat(300)}`, headers: { origin } }, 400, "MALFORMED_ID"],
    [{ url: "/things/lost", headers: { origin } }, 503, "DATABASE_UNAVAILABLE"],
    [{ url: "/things/broken", headers: { origin } }, 500, "INTERNAL"],
    [{ method: "POST", url: "/things", headers: json, payload: "{" }, 400, "VALIDATION_FAILED"],
    [{ method: "POST", url: "/things", headers: json, payload: "{}" }, 400, "VALIDATION_FAILED"],
    [
      { method: "POST", url: "/things", headers: { ...json, "content-type": "text/xml" }, payload: "<a/>" },
      415,
      "UNSUPPORTED_MEDIA_TYPE",
    ],
    [{ method: "POST", url: "/things", headers: json, payload: `"${"x".repeat(1_100_000)}"` }, 413, "BODY_TOO_LARGE"],
  ];
  for (const [request, status, code] of cases) {
    const answer = await app.inject(request);
    t.match(
      { status: answer.statusCode, ...answer.json() },
      { status, code, title: /./, detail: /./, request_id: /./ },
      code,
    );
    t.match(answer.headers, { "content-type": /^application\/problem\+json/, "access-control-allow-origin": origin });
    t.notMatch(answer.body, /1234/, "what broke is for the log alone");
  }
  t.equal((await app.inject("/things/lost")).headers["retry-after"], "2");
});

t.test("origins", async (t) => {
  const app = await build();
  t.teardown(() => app.close());
  const stranger = await app.inject({ url: "/things/1", headers: { origin: "https://elsewhere.example" } });
  t.notOk(stranger.headers["access-control-allow-origin"]);
  const preflight = await app.inject({
    method: "OPTIONS",
    url: "/things/1",
    headers: {
      origin: "https://academy.example",
      "access-control-request-method": "GET",
      "access-control-request-headers": "authorization",
    },
  });
  t.match(preflight, { statusCode: 204, headers: { "access-control-allow-headers": /authorization/ } });

  const open = await build(["*"]);
  t.teardown(() => open.close());
  t.equal((await open.inject("/things/%")).headers["access-control-allow-origin"], "*");
});

t.test("with or without the final slash; health, readiness and metrics", async (t) => {
  const app = await build();
  t.teardown(() => app.close());
  t.same((await app.inject("/things/1/")).json(), { id: "1" });
  t.same((await app.inject("/healthz")).json(), { status: "ok" });
  t.equal((await app.inject("/readyz")).statusCode, 503, "starting");
  app.readiness.state = "ready";
  const ready = await app.inject("/readyz");
  t.match(
    { status: ready.statusCode, body: ready.json() },
    { status: 200, body: { status: "degraded", degraded: ["redis"] } },
  );
  app.readiness.state = "draining";
  t.equal((await app.inject("/readyz")).statusCode, 503);
  t.match(
    (await app.inject("/metrics")).body,
    /http_request_duration_seconds_count\{method="GET",route="\/things\/:id\/?",status="200"\} 1/,
  );
});
