import { once } from "node:events";
import net from "node:net";

/** A real fault in front of a real server. */
export interface TcpProxy {
  readonly port: number;
  /** The target's URL with this proxy's address in it. */
  readonly url: string;
  /** Resets every connection, and each new one, until `resume`. */
  cut(): void;
  /** Accepts connections but passes nothing on, in either direction, until `resume`; then what was held back arrives. */
  hang(): void;
  resume(): void;
  close(): Promise<void>;
}

const DEFAULT_PORTS: Readonly<Record<string, number>> = { "http:": 80, "redis:": 6379, "postgres:": 5432 };

/**
 * Listens on a free port of 127.0.0.1 and passes everything on to the server that `target` names.
 * @param options.target a URL: http, redis or postgres
 */
export async function startTcpProxy(options: { readonly target: string }): Promise<TcpProxy> {
  const target = new URL(options.target);
  const targetPort = Number(target.port) || DEFAULT_PORTS[target.protocol];
  if (targetPort === undefined) throw new Error(`${target.protocol} has no default port: name one`);
  let state: "open" | "cut" | "hanging" = "open";
  const pairs = new Set<readonly [net.Socket, net.Socket]>();

  const server = net.createServer({ pauseOnConnect: true, noDelay: true }, (client) => {
    client.on("error", () => {});
    if (state === "cut") {
      client.resetAndDestroy();
      return;
    }
    const upstream = net.connect({ port: targetPort, host: target.hostname, noDelay: true });
    const pair = [client, upstream] as const;
    pairs.add(pair);
    for (const [from, to] of [pair, [upstream, client] as const]) {
      from.on("error", () => to.destroy());
      from.on("close", () => {
        pairs.delete(pair);
        to.destroySoon();
      });
    }
    if (state === "open") join(pair);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as net.AddressInfo;

  const url = new URL(target);
  url.hostname = "127.0.0.1";
  url.port = String(port);
  return {
    port,
    url: target.pathname === "/" && !options.target.endsWith("/") ? url.href.replace(/\/$/, "") : url.href,
    cut() {
      state = "cut";
      for (const pair of pairs) for (const socket of pair) socket.resetAndDestroy();
    },
    hang() {
      state = "hanging";
      for (const pair of pairs) part(pair);
    },
    resume() {
      state = "open";
      for (const pair of pairs) join(pair);
    },
    async close() {
      for (const pair of pairs) for (const socket of pair) socket.destroy();
      if (!server.listening) return;
      server.close();
      await once(server, "close");
    },
  };
}

function join([client, upstream]: readonly [net.Socket, net.Socket]): void {
  client.pipe(upstream);
  upstream.pipe(client);
}

function part(pair: readonly [net.Socket, net.Socket]): void {
  for (const socket of pair) {
    socket.unpipe();
    socket.pause();
  }
}
