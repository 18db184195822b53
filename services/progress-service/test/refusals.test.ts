import { once } from "node:events";
import http from "node:http";
import t from "tap";
import { startApp } from "./support/app.ts";
import { bearerOf } from "./support/tokens.ts";

const it = await startApp();
t.teardown(it.close);

const BAD_VIDEO_IDS = [
  "0",
  "-1",
  "+7",
  "07",
  "7.0",
  "1e3",
  "0x7",
  "9007199254740992",
  "99999999999999999999",
  "NaN",
  "a:b",
  ":",
  "*",
  "",
];
const BAD_ENCODED = ["%00", "7%00", "%D9%A7", "%EF%BC%97", "%207", "7%2F8", "7%3Astatus", "%F0%9F%8E%93"];

t.test("a malformed video id is 400, never 500", async (t) => {
  for (const id of [...BAD_VIDEO_IDS, ...BAD_ENCODED, "1".repeat(199)]) {
    const { status, body } = await it.get(`/api/v1/media/videos/${id}/progress/`);
    t.equal(status, 400, id);
    t.match(body, { code: "MALFORMED_ID", status: 400 });
  }
  t.equal((await it.get(`/media/videos/${"1".repeat(500)}/progress`)).status, 400, "longer than any id");
});

t.test("a malformed job id is 400, never 500", async (t) => {
  for (const id of ["a:b", "*", "", "%00", "a%20b", "%EC%9E%91%EC%97%85", "a%2Fb", "x".repeat(65)]) {
    const { status, body } = await it.get(`/api/v1/jobs/${id}/progress/`);
    t.equal(status, 400, id);
    t.match(body, { code: "MALFORMED_ID" });
  }
  t.equal((await it.get(`/jobs/${"x".repeat(64)}/progress`)).status, 200);
});

t.test("a batch is refused whole, naming what is wrong", async (t) => {
  const ask = (query: string) => it.get(`/api/v1/media/videos/progress/${query}`);
  for (const [ids, named] of [
    ["1,07,3", '"07"'],
    ["1,,3", '""'],
    ["", '""'],
    ["1,%00", '"\\u0000"'],
    ["1, 2", '" 2"'],
    ["*", '"*"'],
  ] as const) {
    const { status, body } = await ask(`?ids=${ids}`);
    t.equal(status, 400, ids);
    t.equal(body.code, "MALFORMED_ID");
    t.ok(String(body.detail).includes(named), String(body.detail));
  }
  for (const query of ["", "?ids=1&ids=2", "?id=1", `?ids=${"1,".repeat(100)}1`]) {
    const { status, body } = await ask(query);
    t.equal(status, 400, query.slice(0, 20));
    t.equal(body.code, "VALIDATION_FAILED");
  }
  t.equal((await ask(`?ids=${Array.from({ length: 100 }, (_, index) => index + 1).join()}`)).body.length, 100);
});

t.test("ids that a client would have resolved as paths, sent as they are", async (t) => {
  const address = await it.app.listen({ host: "127.0.0.1", port: 0 });
  const authorization = (await bearerOf(it.tenantId)).authorization;
  for (const path of [
    "/media/videos/../progress",
    "/media/videos/./progress",
    "/jobs/../progress",
    "/jobs/./progress",
  ]) {
    const { port } = new URL(address);
    const request = http.get({ host: "127.0.0.1", port, path, headers: { authorization }, agent: false });
    const [answer] = (await once(request, "response")) as [http.IncomingMessage];
    answer.resume();
    t.equal(answer.statusCode, 400, path);
  }
});

t.test("no such route, no such method, a URL that is none", async (t) => {
  for (const url of ["/api/v1/media/videos/7", "/api/v2/jobs/1/progress", "/"]) {
    const { status, body } = await it.get(url);
    t.equal(status, 404, url);
    t.equal(body.code, "ROUTE_NOT_FOUND");
  }
  const posted = await it.app.inject({ method: "POST", url: "/media/videos/7/progress" });
  t.equal(posted.statusCode, 404);
  t.equal((await it.get("/%")).status, 400);
  t.equal((await it.get("/media/videos/%zz/progress")).status, 400);
});
