import { once } from "node:events";
import { connect } from "node:net";
import { text } from "node:stream/consumers";
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
  app.post("/things/:id/start", () => ({ ok: true }));
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

  const bare = await app.inject({ method: "OPTIONS", url: "/things/1" });
  t.equal(bare.statusCode, 204, "an OPTIONS that is no preflight");

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

t.test("a body that is not there has no type", async (t) => {
  const app = await build();
  t.teardown(() => app.close());
  const types = ["application/json", "application/x-www-form-urlencoded", "text/xml", ";;;"];
  for (const type of types) {
    const request = { method: "POST", headers: { "content-type": type, "content-length": "0" } } as const;
    t.equal((await app.inject({ ...request, url: "/things/1/start" })).statusCode, 200, type);
    t.match((await app.inject({ ...request, url: "/things" })).json(), { status: 400, code: "VALIDATION_FAILED" });
  }
  const sent = {
    method: "POST",
    url: "/things/1/start",
    headers: { "content-type": "text/xml" },
    payload: "x",
  } as const;
  t.equal((await app.inject(sent)).statusCode, 415, "one that is there has");
});

t.test("what is no HTTP is a problem with CORS headers too", async (t) => {
  const app = await build();
  t.teardown(() => app.close());
  await app.listen({ host: "127.0.0.1", port: 0 });
  const { port } = app.server.address() as { port: number };
  const send = async (request: string): Promise<string> => {
    const socket = connect(port, "127.0.0.1");
    await once(socket, "connect");
    socket.write(request);
    return text(socket);
  };
  const origin = "Origin: https://academy.example";
  const cases = [
    [`GET / HTTP/1.1\r\n${origin}\r\nCookie: ${"x".repeat(20_000)}\r\n\r\n`, 431, "HEADERS_TOO_LARGE"],
    [`GET / HTTP/1.1\r\n${origin}\r\nbad header\r\n\r\n`, 400, "VALIDATION_FAILED"],
    [`GET / HTTP/1.1\r\n${origin}\r\nConnection: close\r\n\r\n`, 400, "VALIDATION_FAILED"],
    [`GET / HTTP/1.1\r\nHost: x\r\nExpect: much\r\n${origin}\r\nConnection: close\r\n\r\n`, 404, "ROUTE_NOT_FOUND"],
  ] as const;
  for (const [request, status, code] of cases) {
    const [head = "", body = ""] = (await send(request)).split("\r\n\r\n");
    t.match(head, new RegExp(`^HTTP/1.1 ${status} `));
    t.match(head, /content-type: application\/problem\+json/);
    t.match(head, /access-control-allow-origin: https:\/\/academy\.example(\r|$)/);
    t.match(JSON.parse(body), { status, code });
  }
  t.notMatch(
    await send("GET / HTTP/1.1\r\nOrigin: https://elsewhere.example\r\nbad header\r\n\r\n"),
    /elsewhere|allow-origin/,
  );
});

t.test("behind an Upgrade that is not taken nothing is lost in silence: the connection ends", async (t) => {
  const app = await build();
  t.teardown(() => app.close());
  await app.listen({ host: "127.0.0.1", port: 0 });
  const { port } = app.server.address() as { port: number };
  const socket = connect(port, "127.0.0.1");
  socket.write("GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n");
  t.match(await text(socket), /^HTTP\/1.1 200 (.*\r\n)*connection: close\r\n/i);
});
