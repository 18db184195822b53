import { once } from "node:events";
import http from "node:http";
import type { AddressInfo } from "node:net";
import t from "tap";
import { startHttpProxy } from "../src/index.ts";

const server = http.createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on("data", (chunk: Buffer) => chunks.push(chunk));
  request.on("end", () => {
    response.setHeader("x-host", request.headers.host ?? "");
    response.end(`${request.method} ${request.url} ${Buffer.concat(chunks).toString()}`);
  });
});
server.listen(0, "127.0.0.1");
await once(server, "listening");
t.teardown(() => server.close());
const target = `http://127.0.0.1:${(server.address() as AddressInfo).port}/store`;
const proxy = await startHttpProxy({ target });
t.teardown(() => proxy.close());

t.test("passes requests on as they came", async (t) => {
  const answer = await fetch(`${proxy.url}/a?b=c`, { method: "PUT", body: "bytes" });
  t.equal(await answer.text(), "PUT /store/a?b=c bytes");
  t.equal(answer.headers.get("x-host"), new URL(proxy.url).host, "the Host is the one that the client signed for");
  t.equal(await (await fetch(proxy.url, { method: "HEAD" })).text(), "");
});

t.test("refuses, and says when to come again", async (t) => {
  for (const [status, retryAfter] of [
    [503, "1"],
    [429, "1"],
    [500, null],
  ] as const) {
    proxy.refuse(status);
    const answer = await fetch(proxy.url, { method: "PUT", body: "bytes" });
    t.same([answer.status, answer.headers.get("retry-after")], [status, retryAfter]);
    t.match(await answer.text(), /^<Error><Code>/);
  }
  proxy.resume();
  t.equal((await fetch(proxy.url)).status, 200);
});

t.test("answers half, and the rest when it is over", async (t) => {
  proxy.stall();
  const answer = await fetch(proxy.url);
  t.equal(answer.status, 200);
  const reader = (answer.body as ReadableStream<Uint8Array>).getReader();
  const first = await reader.read();
  const whole = "GET /store ";
  t.equal(Buffer.from(first.value ?? []).toString(), whole.slice(0, Math.floor(whole.length / 2)));
  const second = reader.read();
  t.equal(await Promise.race([second, fetch(target).then(() => "nothing yet")]), "nothing yet");
  proxy.resume();
  t.equal(Buffer.from((await second).value ?? []).toString(), whole.slice(Math.floor(whole.length / 2)));
});

t.test("answers late", async (t) => {
  const began = performance.now();
  proxy.slow(100);
  await fetch(proxy.url);
  // A timer counts whole milliseconds.
  t.ok(performance.now() - began >= 99);
  proxy.resume();
});
