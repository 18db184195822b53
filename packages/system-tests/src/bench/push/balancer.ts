import { once } from "node:events";
import net from "node:net";
import { endWithParent } from "./child.ts";
import type { Listening } from "./server.ts";

/** What stands before processes that know nothing of each other: it passes connections on in turns. */
export interface BalancerSettings {
  ports: readonly number[];
}

const { ports } = JSON.parse(process.argv[2] ?? "") as BalancerSettings;
let turn = 0;

/**
 * Whoever is refused, or cut off before the first byte of an answer, gets the next process: what it has sent is sent again,
 * as balancers do for a GET.
 */
function passOn(client: net.Socket, sent: Buffer[], place: number, left: number): void {
  if (client.destroyed) return;
  const upstream = net.connect({ port: ports[place % ports.length] ?? 0, host: "127.0.0.1", noDelay: true });
  let answered = false;
  const keep = (chunk: Buffer): void => void sent.push(chunk);
  client.on("data", keep);
  for (const chunk of sent) upstream.write(chunk);
  client.pipe(upstream);
  upstream.once("data", (chunk: Buffer) => {
    answered = true;
    sent.length = 0;
    client.off("data", keep);
    client.write(chunk);
    upstream.pipe(client);
  });
  upstream.on("error", () => {});
  upstream.on("close", () => {
    client.off("data", keep);
    client.unpipe(upstream);
    if (answered || left === 0) client.destroy();
    else passOn(client, sent, place + 1, left - 1);
  });
  client.once("close", () => upstream.destroy());
}

const server = net.createServer({ noDelay: true }, (client) => {
  client.on("error", () => {});
  turn += 1;
  passOn(client, [], turn, ports.length - 1);
});
server.listen({ host: "127.0.0.1", port: 0, backlog: 4_096 });
await once(server, "listening");
process.send?.({ port: (server.address() as net.AddressInfo).port } satisfies Listening);
endWithParent();
