import { once } from "node:events";
import net from "node:net";
import t from "tap";
import { startApp } from "./support/app.ts";
import { within } from "./support/clocks.ts";

/** Something that passes for a ready Redis and then answers every command with `reply`. */
async function impostor(reply: string): Promise<{ url: string; close: () => void }> {
  const info = "# Persistence\r\nloading:0\r\n";
  const sockets = new Set<net.Socket>();
  const server = net.createServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => {});
    socket.on("data", (data) => {
      const commands = data.toString().match(/\*\d+\r\n\$\d+\r\n\w+/g) ?? [];
      for (const command of commands)
        socket.write(
          /info$/i.test(command) ? `$${info.length}\r\n${info}\r\n` : /get/i.test(command) ? reply : "+OK\r\n",
        );
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const close = () => {
    for (const socket of sockets) socket.destroy();
    server.close();
  };
  return { url: `redis://127.0.0.1:${(server.address() as net.AddressInfo).port}`, close };
}

const REPLIES = {
  loading: "-LOADING Redis is loading the dataset in memory\r\n",
  "read only": "-READONLY You can't write against a read only replica.\r\n",
  "master down": "-MASTERDOWN Link with MASTER is down\r\n",
  "of another type": ":5\r\n",
  nothing: "$-1\r\n",
  "no RESP": "HTTP/1.1 400 Bad Request\r\n\r\n",
  "cut short": "$100\r\nabc",
};

for (const [name, reply] of Object.entries(REPLIES)) {
  t.test(`a server that answers ${name}`, async (t) => {
    const server = await impostor(reply);
    t.teardown(server.close);
    const it = await startApp({ redisUrl: server.url, now: () => null, ownWaits: true });
    t.teardown(it.close);
    for (const path of ["/media/videos/7/progress", "/media/videos/progress?ids=7", "/jobs/a/progress"]) {
      const answer = await within(2_000, it.getNow(path));
      t.match(answer, { status: 200, headers: { "access-control-allow-origin": "*" } }, `${path}: nobody waits for it`);
      t.equal(answer?.entries[0]?.known, false);
    }
    t.equal((await it.getNow("/healthz")).status, 200, "still alive");
  });
}
