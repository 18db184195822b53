import { once } from "node:events";
import net from "node:net";
import { Registry } from "prom-client";
import t from "tap";
import { createPushMetrics } from "../../src/push/metrics.ts";
import { send } from "../../src/push/sending.ts";
import { bearerOf, openSse, openWs, startLive } from "../support/streams.ts";

const PATH = "/media/videos/7/progress/stream";

t.test("a tenant and a process carry so many streams, and one that ends makes room", async (t) => {
  const it = await startLive(t, { push: { limits: { perProcess: 3, perTenant: 2 } } });
  const [one, other] = [await bearerOf(it.tenantId), await bearerOf(it.tenantId + 1)];
  const streams = [await openSse(t, it.url + PATH, one), await openSse(t, it.url + PATH, one)];
  const tooMany = await fetch(it.url + PATH, { headers: one });
  t.equal(tooMany.status, 429);
  t.match(await tooMany.json(), { code: "TENANT_STREAM_LIMIT" });
  t.ok(Number(tooMany.headers.get("retry-after")) >= 2);
  t.equal((await openSse(t, it.url + PATH, other)).status, 200);
  const full = await fetch(it.url + PATH, { headers: other });
  t.equal(full.status, 503);
  t.match(await full.json(), { code: "STREAMS_UNAVAILABLE" });
  t.ok(Number(full.headers.get("retry-after")) >= 2);
  await t.rejects(openWs(t, `${it.url}/progress/ws`, other), { message: /503/ });
  t.equal((await it.getNow("/media/videos/7/progress/")).status, 200, "polls are answered");
  streams[0]?.close();
  const again = async () => (await openSse(t, it.url + PATH, one)).status;
  while ((await again()) !== 200) await new Promise(setImmediate);
});

t.test("a client that takes nothing is dropped, and holds no more than the bound", async (t) => {
  const server = net.createServer().listen(0, "127.0.0.1");
  t.teardown(() => server.close());
  await once(server, "listening");
  const client = net.connect((server.address() as net.AddressInfo).port, "127.0.0.1");
  t.teardown(() => client.destroy());
  client.on("error", () => {});
  client.pause();
  const [socket] = (await once(server, "connection")) as [net.Socket];
  socket.on("error", () => {});
  const registry = new Registry();
  const metrics = createPushMetrics(registry);
  const bytes = Buffer.alloc(16 * 1024);
  let most = 0;
  while (send(socket, bytes, "sse", metrics)) {
    most = Math.max(most, socket.writableLength);
    // The kernel takes what its own buffers hold.
    await new Promise(setImmediate);
  }
  t.ok(socket.destroyed);
  t.ok(most <= 256 * 1024, `${most} bytes unsent at most`);
  t.match(await registry.metrics(), /progress_streams_dropped_total\{kind="sse"\} 1/);
  t.equal(send(socket, bytes, "sse", metrics), false, "nothing more is written");
});
