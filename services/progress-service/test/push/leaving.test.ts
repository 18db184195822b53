import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import net from "node:net";
import { createInterface } from "node:readline";
import { testStack } from "@lectern/local-stack";
import t, { type Test } from "tap";
import { startApp } from "../support/app.ts";
import { bearerOf, openSse, openWs, processing, progressTo, ready, startLive, video } from "../support/streams.ts";
import { SECRET } from "../support/tokens.ts";

const PATH = "/media/videos/7/progress/stream";
const MAIN = new URL("../../src/main.ts", import.meta.url).pathname;

t.test("clients are told to come back, each at a time of its own, and new ones to go elsewhere", async (t) => {
  const it = await startLive(t);
  const user = await bearerOf(it.tenantId);
  const streams = await Promise.all([1, 2, 3, 4].map(() => openSse(t, it.url + PATH, user)));
  const ws = await openWs(t, `${it.url}/progress/ws`, user);
  const drained = it.app.streams.drain(200);
  const refused = await fetch(it.url + PATH, { headers: user });
  t.equal(refused.status, 503);
  t.ok(refused.headers.get("retry-after"));
  const waits = new Set<unknown>();
  for (const stream of streams) {
    const { data } = await stream.until("reconnect", { reason: "shutdown" });
    t.match(stream.text(), `retry: ${data.retry_ms}\n`, "EventSource itself waits so long");
    waits.add(data.retry_ms);
    t.equal(await stream.next(), null, "and it ends");
  }
  t.ok(waits.size > 1, "not all at the same time");
  t.match(await ws.next(), { type: "reconnect", reason: "shutdown", retry_ms: Number });
  const { code, reason } = await ws.closed;
  t.equal(code, 1012);
  t.match(JSON.parse(reason), { retry_ms: Number });
  await drained;
});

interface Service {
  child: ChildProcess;
  port: number;
  output: () => string;
}

async function start(t: Test, redisUrl: string): Promise<Service> {
  const child = spawn(process.execPath, [MAIN], {
    env: {
      PORT: "0",
      JWT_HS256_SECRET: SECRET,
      PROGRESS_TICKET_SECRET: SECRET,
      REDIS_URL: redisUrl,
      DRAIN_DELAY_MS: "0",
      LOG_LEVEL: "trace",
    },
    stdio: ["ignore", "pipe", "ignore"],
  });
  t.teardown(() => child.kill("SIGKILL"));
  let output = "";
  const address = Promise.withResolvers<string>();
  createInterface({ input: child.stdout }).on("line", (line) => {
    output += line;
    const said: { address?: unknown } = JSON.parse(line);
    if (typeof said.address === "string") address.resolve(said.address);
  });
  return { child, port: Number(new URL(await address.promise).port), output: () => output };
}

/** With another signature: of its last character a part says nothing, so one in its midst is another one. */
function forged(ticket: string): string {
  const place = ticket.length - 10;
  return `${ticket.slice(0, place)}${ticket[place] === "A" ? "B" : "A"}${ticket.slice(place + 1)}`;
}

t.test("SIGTERM with streams open: they are told, and the process ends; no ticket is in its log", async (t) => {
  const { redisUrl } = await testStack();
  const { child, port, output } = await start(t, redisUrl);
  const user = await bearerOf(1);
  const url = `http://127.0.0.1:${port}`;
  const answer = await fetch(`${url}/progress/tickets`, { method: "POST", headers: user });
  const { ticket } = (await answer.json()) as { ticket: string };
  const stream = await openSse(t, `${url}${PATH}?ticket=${ticket}`);
  await stream.next();
  t.equal((await fetch(`${url}${PATH}?ticket=${forged(ticket)}`)).status, 401);
  // Once all that it logged was read: it may have ended before.
  const exited = once(child, "close");
  child.kill("SIGTERM");
  await stream.until("reconnect", { reason: "shutdown" });
  t.strictSame(await exited, [0, null]);
  t.match(output(), /stopped/);
  t.notOk(output().includes(ticket.slice(0, 30)));
});

/** Passes each connection on to one of `ports`, in turns; to another where it is refused. */
async function balance(t: Test, ports: readonly number[]): Promise<number> {
  let turn = 0;
  const sockets = new Set<net.Socket>();
  const server = net.createServer((client) => {
    sockets.add(client);
    client.on("error", () => {});
    const tryNext = (left: number): void => {
      turn += 1;
      const upstream = net.connect(ports[turn % ports.length] ?? 0, "127.0.0.1");
      sockets.add(upstream);
      let connected = false;
      upstream.once("connect", () => {
        connected = true;
        client.pipe(upstream).pipe(client);
      });
      upstream.on("error", () => {});
      upstream.on("close", () => {
        if (connected || left === 0) client.destroy();
        else if (!client.destroyed) tryNext(left - 1);
      });
      client.on("close", () => upstream.destroy());
    };
    tryNext(ports.length - 1);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  t.teardown(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return (server.address() as net.AddressInfo).port;
}

t.test("two processes behind a balancer, one of them killed: its clients go on at the other", async (t) => {
  const { redisUrl } = await testStack();
  const [one, two, writer] = await Promise.all([start(t, redisUrl), start(t, redisUrl), startApp()]);
  t.teardown(writer.close);
  const url = `http://127.0.0.1:${await balance(t, [one.port, two.port])}`;
  const { tenantId, redis } = writer;
  const user = await bearerOf(tenantId);
  const subject = video(tenantId, 7);
  await processing(redis, subject);
  await progressTo(redis, subject, 10);
  let reconnected = 0;
  /** As an EventSource does: comes back with the last id. Gives every percent that it was shown. */
  const watch = async (atTen: () => void): Promise<number[]> => {
    const shown: number[] = [];
    let lastId: string | null = null;
    for (;;) {
      const headers: Record<string, string> = { ...user, ...(lastId !== null && { "last-event-id": lastId }) };
      const stream = await openSse(t, url + PATH, headers).catch(() => null);
      // The balancer had connected it to the one that was just killed.
      if (stream === null) continue;
      for (let event = await stream.next(); event !== null; event = await stream.next()) {
        if (event.event === "end") return shown;
        lastId = event.id ?? lastId;
        // Where nothing is known a client keeps what it shows.
        if (event.data.known === true) shown.push(Number(event.data.progress));
        if (event.data.progress === 10) atTen();
      }
      reconnected += 1;
    }
  };
  const started = Promise.withResolvers<void>();
  let count = 0;
  const watching = Array.from({ length: 6 }, () =>
    watch(() => {
      count += 1;
      if (count === 6) started.resolve();
    }),
  );
  await started.promise;
  one.child.kill("SIGKILL");
  await progressTo(redis, subject, 50);
  await ready(redis, subject);
  for (const shown of await Promise.all(watching)) {
    t.equal(shown.at(-1), 100, "the final state");
    t.strictSame(
      shown,
      shown.toSorted((a, b) => a - b),
      "and never back",
    );
  }
  t.ok(reconnected >= 2, `${reconnected} had been at the one that was killed`);
});
