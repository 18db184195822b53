import { once } from "node:events";
import net from "node:net";
import { endWithParent } from "./child.ts";
import type { Listening } from "./server.ts";

/** What stands before processes that know nothing of each other: it passes connections on in turns, and to who answers. */
export interface BalancerSettings {
  ports: readonly number[];
}

const { ports } = JSON.parse(process.argv[2] ?? "") as BalancerSettings;
let turn = 0;

function passOn(client: net.Socket, left: number): void {
  if (client.destroyed) return;
  turn += 1;
  const upstream = net.connect({ port: ports[turn % ports.length] ?? 0, host: "127.0.0.1", noDelay: true });
  let reached = false;
  upstream.once("connect", () => {
    reached = true;
    client.pipe(upstream).pipe(client);
  });
  upstream.on("error", () => {});
  upstream.on("close", () => {
    if (reached || left === 0) client.destroy();
    else passOn(client, left - 1);
  });
  client.once("close", () => upstream.destroy());
}

const server = net.createServer({ noDelay: true }, (client) => {
  client.on("error", () => {});
  passOn(client, ports.length - 1);
});
server.listen({ host: "127.0.0.1", port: 0, backlog: 4_096 });
await once(server, "listening");
process.send?.({ port: (server.address() as net.AddressInfo).port } satisfies Listening);
endWithParent();
