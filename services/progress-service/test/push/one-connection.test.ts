import { once } from "node:events";
import net from "node:net";
import t, { type Test } from "tap";
import { bearerOf, startLive } from "../support/streams.ts";

async function raw(t: Test, url: string): Promise<net.Socket> {
  const socket = net.connect(Number(new URL(url).port), "127.0.0.1");
  t.teardown(() => socket.destroy());
  await once(socket, "connect");
  return socket;
}

function request(line: string, headers: Record<string, string>): string {
  const lines = Object.entries({ host: "test", ...headers }).map(([name, value]) => `${name}: ${value}\r\n`);
  return `${line} HTTP/1.1\r\n${lines.join("")}\r\n`;
}

t.test("a stream asked for behind other requests begins when those are answered", async (t) => {
  const it = await startLive(t);
  const user = await bearerOf(it.tenantId);
  const socket = await raw(t, it.url);
  socket.write(
    [1, 2].map((id) => request(`GET /media/videos/${id}/progress/`, user)).join("") +
      request("GET /media/videos/3/progress/stream", user),
  );
  let text = "";
  for await (const chunk of socket) {
    text += String(chunk);
    if (text.includes('data: {"id":3,')) break;
  }
  const places = ['{"id":1,', '{"id":2,', "text/event-stream", 'data: {"id":3,'].map((part) => text.indexOf(part));
  t.ok(
    places.every((place, index) => place > (places[index - 1] ?? 0)),
    `${places}`,
  );
  t.equal(text.split("HTTP/1.1 200 OK").length - 1, 3);
});

t.test("an upgrade behind a request that is not answered yet ends that connection, and nothing else", async (t) => {
  const it = await startLive(t);
  const user = await bearerOf(it.tenantId);
  const socket = await raw(t, it.url);
  const upgrade = { connection: "Upgrade", upgrade: "websocket", "sec-websocket-version": "13" };
  const handshake = { ...user, ...upgrade, "sec-websocket-key": "AAAAAAAAAAAAAAAAAAAAAA==" };
  socket.resume();
  socket.write(request("GET /media/videos/1/progress/", user) + request("GET /progress/ws", handshake));
  await once(socket, "close");
  t.equal((await it.getNow("/media/videos/1/progress/")).status, 200);
});

t.test("HEAD of a stream is answered as its GET begins, and opens none", async (t) => {
  const it = await startLive(t);
  const headers = await bearerOf(it.tenantId);
  for (const path of ["/media/videos/7/progress/stream", "/jobs/a/progress/stream", "/progress/stream?scope=tenant"]) {
    const answer = await fetch(it.url + path, { method: "HEAD", headers });
    t.equal(answer.status, 200, path);
    t.match(answer.headers.get("content-type"), /^text\/event-stream/);
    t.equal((await fetch(it.url + path, { method: "HEAD" })).status, 401);
  }
  t.equal((await fetch(`${it.url}/media/videos/x/progress/stream`, { method: "HEAD", headers })).status, 400);
  t.equal((await fetch(`${it.url}/progress/ws`, { method: "HEAD", headers })).status, 426);
  t.notMatch((await it.getNow("/metrics")).text, /progress_streams_open\{kind="\w+"\} [1-9]/);
});
