import { once } from "node:events";
import net from "node:net";
import t, { type Test } from "tap";
import { startTcpProxy } from "../src/index.ts";

async function echoServer(t: Test): Promise<number> {
  const server = net.createServer((socket) => socket.on("error", () => {}).pipe(socket)).listen(0, "127.0.0.1");
  await once(server, "listening");
  t.teardown(() => server.close());
  return (server.address() as net.AddressInfo).port;
}

function connect(t: Test, port: number): net.Socket {
  const socket = net.connect(port, "127.0.0.1").setEncoding("utf8");
  t.teardown(() => socket.destroy());
  return socket;
}

t.test("passes everything on until it is told otherwise", async (t) => {
  const port = await echoServer(t);
  const proxy = await startTcpProxy({ target: `redis://user:secret@127.0.0.1:${port}` });
  t.teardown(() => proxy.close());
  t.equal(proxy.url, `redis://user:secret@127.0.0.1:${proxy.port}`);

  const first = connect(t, proxy.port);
  first.write("one");
  t.same(await once(first, "data"), ["one"]);

  proxy.hang();
  first.write("two");
  const second = connect(t, proxy.port);
  await once(second, "connect");
  second.write("three");
  // A connection past the proxy makes several whole rounds meanwhile.
  const direct = connect(t, port);
  for (let round = 0; round < 20; round += 1) {
    direct.write("ping");
    await once(direct, "data");
  }
  t.equal(first.bytesRead, "one".length);
  t.equal(second.bytesRead, 0);

  const held = Promise.all([once(first, "data"), once(second, "data")]);
  proxy.resume();
  t.same(await held, [["two"], ["three"]]);

  const began = performance.now();
  proxy.delay(100);
  first.write("late");
  t.same(await once(first, "data"), ["late"]);
  // There and back; a timer counts whole milliseconds.
  t.ok(performance.now() - began >= 198);
  proxy.resume();

  const broken = Promise.all([once(first, "error"), once(second, "error")]);
  proxy.cut();
  t.match(await broken, [[{ code: "ECONNRESET" }], [{ code: "ECONNRESET" }]]);
  const third = connect(t, proxy.port);
  t.match(await once(third, "error"), [{ code: "ECONNRESET" }]);

  proxy.resume();
  const fourth = connect(t, proxy.port);
  fourth.write("four");
  t.same(await once(fourth, "data"), ["four"]);
  await proxy.close();
  await proxy.close();
});

t.test("each direction ends by itself", async (t) => {
  const port = await echoServer(t);
  const proxy = await startTcpProxy({ target: `http://127.0.0.1:${port}` });
  t.teardown(() => proxy.close());
  proxy.delay(50);
  const socket = connect(t, proxy.port);
  socket.end("last words");
  t.same(await once(socket, "data"), ["last words"], "what was said before the end arrives, and so does the answer");
});

t.test("keeps the path and refuses a URL without a port it knows", async (t) => {
  const proxy = await startTcpProxy({ target: "http://127.0.0.1:9/a/b?c=d" });
  t.teardown(() => proxy.close());
  t.equal(proxy.url, `http://127.0.0.1:${proxy.port}/a/b?c=d`);
  await t.rejects(startTcpProxy({ target: "gopher://127.0.0.1/" }), { message: /name one/ });
});
