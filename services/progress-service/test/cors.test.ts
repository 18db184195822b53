import t from "tap";
import { startApp, type TestApp } from "./support/app.ts";

const ORIGIN = "https://academy.example";

async function everyAnswer(it: TestApp, origin: string) {
  const poll = "/api/v1/media/videos/7/progress/";
  const { headers } = await it.get(poll);
  const requests = {
    200: { url: poll, headers: { origin } },
    304: { url: poll, headers: { origin, "if-none-match": headers.etag ?? "" } },
    400: { url: "/media/videos/x/progress", headers: { origin } },
    401: { url: poll, headers: { origin, authorization: "Bearer bad" } },
    404: { url: "/nowhere", headers: { origin } },
    "400 for a malformed URL": { url: "/%", headers: { origin } },
    "400 for an id that is too long": { url: `/jobs/${"x".repeat(300)}/progress`, headers: { origin } },
  };
  const answers = Object.entries(requests).map(async ([name, { url, headers }]) => ({
    name,
    ...(await it.get(url, headers)),
  }));
  return Promise.all(answers);
}

t.test("CORS headers are on every answer", async (t) => {
  const it = await startApp();
  t.teardown(it.close);
  for (const { name, status, headers } of await everyAnswer(it, ORIGIN)) {
    t.equal(status, Number.parseInt(name, 10), name);
    t.equal(headers["access-control-allow-origin"], "*", name);
  }
  const exposed = (await it.get("/media/videos/7/progress")).headers["access-control-expose-headers"];
  t.match(exposed, /etag/);
});

t.test("a listed origin is named, another is not, and caches are told", async (t) => {
  const it = await startApp({ corsOrigins: [ORIGIN] });
  t.teardown(it.close);
  for (const { name, headers } of await everyAnswer(it, ORIGIN))
    t.equal(headers["access-control-allow-origin"], ORIGIN, name);
  for (const { name, headers } of await everyAnswer(it, "https://other.example"))
    t.not(headers["access-control-allow-origin"], "https://other.example", name);
  t.equal((await it.get("/media/videos/7/progress", { origin: ORIGIN })).headers.vary, "Origin, Accept-Language");
});

t.test("a preflight needs no token", async (t) => {
  const it = await startApp();
  t.teardown(it.close);
  for (const url of ["/api/v1/media/videos/7/progress/", "/jobs/a/progress"]) {
    const { statusCode, headers } = await it.app.inject({
      method: "OPTIONS",
      url,
      headers: {
        origin: ORIGIN,
        "access-control-request-method": "GET",
        "access-control-request-headers": "authorization",
      },
    });
    t.equal(statusCode, 204);
    t.match(headers, { "access-control-allow-origin": "*", "access-control-allow-headers": /authorization/i });
    t.match(headers["access-control-allow-methods"], /GET/);
  }
});
