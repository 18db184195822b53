import { once } from "node:events";
import net from "node:net";
import t from "tap";
import { freePort } from "../src/index.ts";

/** So many that without a claim some would be the same, almost certainly. */
const MANY = 400;

t.test("a port is given once, also to many who ask at once, and can be listened on", async (t) => {
  const ports = await Promise.all(Array.from({ length: MANY }, () => freePort()));
  if (process.platform === "linux") t.equal(new Set(ports).size, MANY);
  for (const port of ports.slice(0, 20)) {
    const server = net.createServer().listen(port, "127.0.0.1");
    await once(server, "listening");
    server.close();
  }
  t.ok(
    ports.every((port) => port > 10_080),
    "none that a browser refuses",
  );
});
