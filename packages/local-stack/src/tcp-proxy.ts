import { once } from "node:events";
import net from "node:net";
import { Transform, type TransformCallback } from "node:stream";

/** A real fault in front of a real server. */
export interface TcpProxy {
  readonly port: number;
  /** The target's URL with this proxy's address in it. */
  readonly url: string;
  /** Resets every connection, and each new one, until `resume`. */
  cut(): void;
  /** Accepts connections but passes nothing on, in either direction, until `resume`; then what was held back arrives. */
  hang(): void;
  /** Passes each chunk on `ms` milliseconds late, in either direction, until `resume`. */
  delay(ms: number): void;
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
  let [isCut, delayMs] = [false, 0];
  /** Settles when nothing is held back any more; null while nothing is. */
  let held: PromiseWithResolvers<void> | null = null;
  const sockets = new Set<net.Socket>();

  const pass = (go: () => void): void => {
    if (held !== null) void held.promise.then(() => pass(go));
    else if (delayMs > 0) setTimeout(go, delayMs);
    else go();
  };
  const gate = () =>
    new Transform({
      transform: (chunk: Buffer, _encoding, done: TransformCallback) => pass(() => done(null, chunk)),
      // The end of what was said is no sooner there than what was said.
      flush: (done) => pass(done),
    });
  // Each direction ends by itself, as it does without a proxy.
  const server = net.createServer({ allowHalfOpen: true, noDelay: true }, (client) => {
    client.on("error", () => {});
    if (isCut) {
      client.resetAndDestroy();
      return;
    }
    const upstream = net.connect({ port: targetPort, host: target.hostname, noDelay: true, allowHalfOpen: true });
    for (const [from, to] of [[client, upstream] as const, [upstream, client] as const]) {
      sockets.add(from);
      from.on("error", () => to.destroy());
      from.on("close", () => sockets.delete(from));
      from.pipe(gate()).pipe(to);
    }
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as net.AddressInfo;

  const url = new URL(target);
  url.hostname = "127.0.0.1";
  url.port = String(port);
  const open = () => {
    [isCut, delayMs] = [false, 0];
    held?.resolve();
    held = null;
  };
  return {
    port,
    url: target.pathname === "/" && !options.target.endsWith("/") ? url.href.replace(/\/$/, "") : url.href,
    cut() {
      isCut = true;
      for (const socket of sockets) socket.resetAndDestroy();
    },
    hang() {
      held ??= Promise.withResolvers();
    },
    delay(ms) {
      delayMs = ms;
    },
    resume: open,
    async close() {
      for (const socket of sockets) socket.destroy();
      if (!server.listening) return;
      server.close();
      await once(server, "close");
    },
  };
}
