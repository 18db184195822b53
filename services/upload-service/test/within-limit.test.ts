import { once } from "node:events";
import { connect } from "node:net";
import { Worker } from "node:worker_threads";
import t from "tap";
import { withinLimit } from "../src/within-limit.ts";

t.test("gives what the work gives, its error, or up", async (t) => {
  t.equal(await withinLimit(Promise.resolve(7), 50), 7);
  await t.rejects(withinLimit(Promise.reject(new Error("lost")), 50), { message: "lost" });
  const late = Promise.withResolvers<never>();
  await t.rejects(withinLimit(late.promise, 50), { message: /did not answer within 50 ms/ });
  // Heard by nobody any more, and yet it must not end the process.
  late.reject(new Error("too late"));
});

/** A server that gives back what it gets, in a thread of its own, and says in shared memory when it has. */
const ECHO = `
  const { parentPort, workerData } = require("node:worker_threads");
  const server = require("node:net").createServer((socket) =>
    socket.on("data", (data) => socket.write(data, () => {
      Atomics.store(workerData, 0, 1);
      Atomics.notify(workerData, 0);
    })));
  server.listen(0, "127.0.0.1", () => parentPort.postMessage(server.address().port));`;

t.test("an answer that came while this process stood still is no silence", async (t) => {
  const said = new Int32Array(new SharedArrayBuffer(4));
  const echo = new Worker(ECHO, { eval: true, workerData: said });
  t.teardown(() => echo.terminate());
  const [port] = (await once(echo, "message")) as [number];
  const socket = connect(port, "127.0.0.1");
  t.teardown(() => socket.destroy());
  await once(socket, "connect");
  const answered = once(socket, "data");
  socket.write("ping");
  const limited = withinLimit(answered, 20);
  const until = performance.now() + 50;
  // Stands still until the answer is there and the time is over, however slow the other thread is.
  t.not(Atomics.wait(said, 0, 0, 30_000), "timed-out");
  while (performance.now() < until);
  t.match(String(await limited), "ping");
});
