import { pino } from "pino";
import t from "tap";
import { createShutdown } from "../src/index.ts";

const logger = pino({ level: "silent" });

t.test("phases run once, in order, also when stop is called twice", async (t) => {
  const ran: string[] = [];
  const phase = (name: string) => ({ name, limitMs: 1000, run: async () => ran.push(name) });
  const { stop } = createShutdown(logger, [phase("http"), phase("queue"), phase("connections")]);
  await Promise.all([stop("SIGTERM"), stop("SIGTERM")]);
  await stop("again");
  t.same(ran, ["http", "queue", "connections"]);
});

t.test("a phase that hangs or fails does not keep the next from running", async (t) => {
  const ran: string[] = [];
  const { stop } = createShutdown(logger, [
    { name: "hangs", limitMs: 10, run: () => new Promise(() => undefined) },
    { name: "fails", limitMs: 1000, run: () => Promise.reject(new Error("no")) },
    { name: "throws", limitMs: 1000, run: () => JSON.parse("{") },
    { name: "last", limitMs: 1000, run: () => ran.push("last") },
  ]);
  await stop("SIGTERM");
  t.same(ran, ["last"]);
});
