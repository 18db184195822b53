import { CreatedVideo, IdParams, refusedWith, VideoDetail, VideoList } from "@lectern/contracts";
import t from "tap";
import { Type } from "typebox";
import { type App, createApp, createLogger } from "../src/index.ts";

const logger = createLogger({ service: "test", level: "silent" });

async function appWith(routes: (app: App) => void, docs = false): Promise<App> {
  const app = await createApp({
    title: "Test",
    logger,
    corsOrigins: [],
    docs,
    api: {
      description: "",
      tags: [],
      securitySchemes: {
        userToken: { type: "http", scheme: "bearer" },
        ticket: { type: "apiKey", in: "query", name: "t" },
      },
      refusals: ["UNAUTHENTICATED"],
    },
  });
  for (const prefix of ["/api/v1", ""]) await app.register(async (scope: App) => routes(scope), { prefix });
  return app;
}

t.test("a document names what it uses once, and every refusal by its code", async (t) => {
  const app = await appWith((scope) => {
    scope.get("/things/:id/", {
      schema: {
        operationId: "getThing",
        params: IdParams,
        answerHeaders: ["Vary"],
        response: { 200: VideoList, ...refusedWith("VIDEO_NOT_FOUND", "VIDEO_NOT_READY", "VIDEO_NOT_PENDING") },
      },
      handler: async () => ({ items: [], next_cursor: null }),
    });
    scope.post("/things/", {
      schema: {
        operationId: "makeThing",
        security: [{ ticket: [] }],
        body: Type.Object({ video: Type.Optional(VideoDetail) }),
        response: { 201: CreatedVideo },
      },
      handler: async () => ({}) as never,
    });
  });
  const document = (await app.inject("/openapi.json")).json();
  t.strictSame(Object.keys(document.paths), ["/api/v1/things/{id}/", "/api/v1/things/"], "each route once");
  const { get } = document.paths["/api/v1/things/{id}/"];
  t.match(get, { security: [{ userToken: [] }], parameters: [{ name: "id", in: "path", example: "42" }] });
  const ok = get.responses[200];
  t.match(ok, {
    headers: { Vary: { required: true } },
    content: { "application/json": { schema: { $ref: /VideoList$/ } } },
  });
  t.ok(ok.content["application/json"].example.items[0].id, "with an example");
  t.match(document.components.schemas.VideoList.properties.items.items, { $ref: /VideoDetail$/ });
  const { content } = get.responses[409];
  const conflict = content["application/problem+json"];
  t.strictSame(conflict.schema.properties.code.enum, ["VIDEO_NOT_PENDING", "VIDEO_NOT_READY"]);
  t.match(conflict.examples.VIDEO_NOT_READY.value, { status: 409, code: "VIDEO_NOT_READY" });
  t.match(get.responses[404], { $ref: "#/components/responses/VideoNotFound" });
  t.match(Object.keys(get.responses), ["200", "400", "401", "404", "408", "409", "431", "500"]);
  t.notOk(get.responses[415], "a GET has no body");

  const { post } = document.paths["/api/v1/things/"];
  t.match(post, { security: [{ ticket: [] }], responses: { 413: {}, 415: {} } });
  const { properties } = post.requestBody.content["application/json"].schema;
  t.match(properties.video, { $ref: /VideoDetail$/ }, "also where it is optional");
  await app.close();
});

t.test("a route that needs no token refuses nobody for want of one; the rest of a path has a name", async (t) => {
  const app = await appWith((scope) => {
    const params = Type.Object({ "*": Type.String({ description: "A name" }) });
    scope.get("/files/*", { schema: { operationId: "getFile", security: [], params }, handler: async () => "" });
  });
  const { get } = (await app.inject("/openapi.json")).json().paths["/api/v1/files/{path}"];
  t.match(get, { security: [], parameters: [{ in: "path", name: "path", description: "A name" }] });
  t.notOk(get.responses[401]);
  t.notMatch(JSON.stringify(get.responses), "MALFORMED_ID");
  await app.close();
});

t.test("a header that nobody described is a fault of the route, found when the document is made", async (t) => {
  const app = await appWith((scope) => {
    scope.get("/things/", { schema: { requestHeaders: ["X-Thing"] }, handler: async () => "" });
  });
  const answer = await app.inject("/openapi.json");
  t.equal(answer.statusCode, 500);
  await app.close();
});

t.test("the page at /docs is there where it is wanted, and loads nothing from elsewhere", async (t) => {
  const off = await appWith(() => {});
  for (const url of ["/docs", "/docs/", "/docs/static/swagger-ui.css"])
    t.equal((await off.inject(url)).statusCode, 404, url);
  await off.close();

  const on = await appWith(() => {}, true);
  const page = await on.inject("/docs/");
  t.match(page, { statusCode: 200, headers: { "content-type": /text\/html/ } });
  const policy = String(page.headers["content-security-policy"]);
  t.match(policy, /default-src 'none'/);
  t.notMatch(policy, /script-src[^;]*unsafe|https?:/);
  const sources = [...page.body.matchAll(/(?:src|href)="([^"]*)"/g)].map(([, source = ""]) => source);
  t.ok(sources.length > 3);
  t.notMatch(page.body, /<script(?![^>]*src=)|on\w+=/, "no script in the page itself");
  for (const source of sources) {
    const asset = await on.inject(new URL(source, "http://any/docs/").pathname);
    t.match(asset, { statusCode: 200 }, source);
    t.match(source, /^\.?\//, "of this origin");
  }
  t.equal((await on.inject("/openapi.json")).headers["content-security-policy"], undefined, "the API is as it was");
  await on.close();
});
