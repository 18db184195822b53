import t from "tap";
import { changes } from "../../src/fuzz/after.ts";
import { type Answer, takeAnswer } from "../../src/fuzz/answer.ts";
import type { Call } from "../../src/fuzz/calls.ts";
import { checkAnswer, difference } from "../../src/fuzz/check.ts";
import { type Academy, FIRST_ID, type World } from "../../src/fuzz/world.ts";

const academy = (tenant: number, marker: string): Academy => ({
  ...{ tenant, marker, token: `head.claims.signature-${marker}`, jobId: `import-${marker}` },
  ...{ still: [FIRST_ID], play: [] },
});
const world: World = {
  academies: [academy(71_000_001, "aaaa"), academy(72_000_002, "bbbb")],
  secrets: { jwt: "user secret", internalJwt: "service secret", ticket: "ticket secret", playback: "playback secret" },
  serviceToken: "head.claims.service",
};

function call(request = "GET /media/videos/ HTTP/1.1\r\n\r\n", about: Partial<Call> = {}): Call {
  return {
    ...{ index: 1, api: "upload", label: "upload GET /media/videos/", method: "GET", bytes: Buffer.from(request) },
    ...{ viewer: 71_000_001, shut: false, malformed: false, huge: false, twin: null },
    ...about,
  };
}

function answer(status: number, body: unknown, headers: Record<string, string> = {}): Answer {
  const type = status < 400 ? "application/json" : "application/problem+json";
  const all = { "access-control-allow-origin": "*", "content-type": type, ...headers };
  return { status, headers: Object.entries(all), body: JSON.stringify(body), last: false };
}

const problem = { code: "VIDEO_NOT_FOUND", status: 404, detail: "There is no video 7." };
const found = (...args: Parameters<typeof answer>) =>
  checkAnswer(call(), answer(...args), world).findings.map(({ kind }) => kind);

t.test("answers as they should be", async (t) => {
  t.same(found(200, { title: "aaaa" }), []);
  t.same(found(404, problem), []);
});

t.test("what belongs to the other academy", async (t) => {
  t.same(found(200, { title: "Lecture bbbb" }), ["leak"]);
  t.same(found(200, {}, { location: "/tenants/72000002/x" }), ["leak"], "its number, in a header");
  t.same(found(404, { ...problem, detail: "signature-aaaa" }), ["leak"], "a token, even the caller's own");
  const named = call("GET /media/videos/?q=bbbb HTTP/1.1\r\n\r\n");
  t.same(checkAnswer(named, answer(200, { q: "bbbb" }), world).findings, [], "what the caller said itself");
  const { sightings } = checkAnswer(call(), answer(200, { id: FIRST_ID }), world);
  t.match(sightings, [{ id: FIRST_ID, viewer: 71_000_001 }], "whose id it is, the database says");
});

t.test("errors that are not as promised", async (t) => {
  t.same(found(500, { code: "INTERNAL", status: 500, detail: "x" }), ["server_error"]);
  t.same(found(404, problem, { "content-type": "text/plain" }), ["violation"]);
  t.same(found(404, problem, { "access-control-allow-origin": "https://x.example" }), ["violation"]);
  t.same(found(404, { ...problem, code: "SOMETHING" }), ["violation"]);
  t.same(found(409, problem), ["violation"], "a code with another status");
  t.same(found(400, { code: "MALFORMED_ID", status: 400, detail: "at async run (file:///x.ts:12)" }), ["violation"]);
  const shut = call(undefined, { viewer: null, shut: true });
  t.match(checkAnswer(shut, answer(200, {}), world).findings, [{ kind: "violation", what: /without a valid token/ }]);
});

t.test("the other academy's id must look like one that never existed", async (t) => {
  const twin = ["5000000001", "5900000001"] as const;
  const missing = answer(404, { ...problem, detail: "no video 5900000001", request_id: "2" });
  const same = answer(404, { ...problem, detail: "no video 5000000001", request_id: "1" });
  t.equal(difference(same, missing, twin), null);
  t.match(difference(answer(409, problem), missing, twin), /409 instead of 404/);
  t.match(difference({ ...same, headers: [...same.headers, ["vary", "x"]] }, missing, twin), /other headers/);
  t.match(difference(answer(404, { ...problem, detail: "it is not yours" }), missing, twin), /not yours/);
});

t.test("what strangers changed", async (t) => {
  const before = new Map([["video 1", "READY"]]);
  t.same(changes(before, new Map(before)), []);
  t.equal(changes(before, new Map([["video 1", "FAILED"]])).length, 1);
  t.equal(changes(before, new Map()).length, 1);
});

t.test("answers are read as they come", async (t) => {
  const take = (text: string, method = "GET", ended = false) => takeAnswer(Buffer.from(text), method, ended);
  const whole = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nokHTTP/1.1 404";
  t.match(take(whole), { answer: { status: 200, body: "ok", last: false }, rest: Buffer.from("HTTP/1.1 404") });
  t.equal(take(whole.slice(0, 39)), null);
  t.match(take("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 204 No\r\n\r\n"), { answer: { status: 204 } });
  t.match(take("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n"), {
    answer: { body: "ok" },
  });
  t.match(take("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n", "HEAD"), { answer: { body: "" } });
  t.match(take("HTTP/1.1 400 Bad\r\nConnection: close\r\n\r\nx", "GET", true), { answer: { body: "x", last: true } });
});
