import { once } from "node:events";
import net from "node:net";
import t from "tap";
import { whenOver } from "../src/when-over.ts";

t.test("what has arrived is read first, however long the process was held up", async (t) => {
  const server = net.createServer().listen(0, "127.0.0.1");
  t.teardown(() => server.close());
  await once(server, "listening");
  const client = net.connect((server.address() as net.AddressInfo).port, "127.0.0.1");
  t.teardown(() => client.destroy());
  const [[socket]] = (await Promise.all([once(server, "connection"), once(client, "connect")])) as [[net.Socket], []];
  t.teardown(() => socket.destroy());
  const order: string[] = [];
  client.on("data", () => order.push("answer"));
  await new Promise(setImmediate);
  const over = new Promise<void>((resolve) => {
    whenOver(20, () => resolve(void order.push("over")));
  });
  setTimeout(() => order.push("a timer"), 20);
  socket.write("x");
  const began = performance.now();
  while (performance.now() - began < 50);
  await over;
  t.strictSame(order, ["a timer", "answer", "over"]);
});
