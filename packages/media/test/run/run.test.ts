import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import t from "tap";
import { MediaError } from "../../src/index.ts";
import { guarded } from "../../src/run/confine.ts";
import { failureOf } from "../../src/run/failure.ts";
import { LogTail } from "../../src/run/log-tail.ts";
import { collect, type RunResult, run } from "../../src/run/run.ts";
import { startAwakeClock } from "../support/awake-clock.ts";

const base = { timeoutMs: 20_000, memoryBytes: 4 * 1024 ** 3 };
const never = () => new AbortController().signal;
const shell = (script: string) => ({ ...base, file: "/bin/sh", args: ["-c", script] });

async function output(script: string): Promise<{ text: string; result: RunResult }> {
  const running = run({ ...shell(script), signal: never() });
  const [bytes, result] = await Promise.all([collect(running.stdout, 1_000_000, running.kill), running.done]);
  return { text: bytes.toString("utf8"), result };
}

t.test("the child has next to no environment, no stdin, and its own process group", async (t) => {
  const { text } = await output("read line || echo no input; exec /usr/bin/env");
  const names = text.split("\n").flatMap((line) => (line.includes("=") ? [line.slice(0, line.indexOf("="))] : []));
  t.same(
    names.filter((name) => !["LC_ALL", "GCONV_PATH", "PWD", "OLDPWD", "SHLVL", "_"].includes(name)),
    [],
  );
  t.match(text, "no input");
});

t.test("limits are in force", async (t) => {
  const { text } = await output("ulimit -v; ulimit -f; ulimit -c");
  t.equal(text, `${base.memoryBytes / 1024}\n0\n0\n`);
  const path = join(t.testdir(), "x");
  const { result } = await output(`echo something > '${path}'`);
  t.not(result.exitCode, 0, "it cannot write a file");
  t.equal(await readFile(path, "utf8").catch(() => ""), "");
});

t.test("memory and processor time bite", async (t) => {
  const swelling = run({
    ...shell('x=xxxxxxxx; while :; do x="$x$x"; done'),
    memoryBytes: 64 * 1024 ** 2,
    signal: never(),
  });
  swelling.stdout.resume();
  const swollen = await swelling.done;
  t.not(swollen.exitCode, 0);
  t.equal(swollen.exitSignal === "SIGKILL", false, "it ran out of memory on its own");
  const [file, args] = guarded({ memoryKib: 4 * 1024 ** 2, cpuSeconds: 1, network: "none" }, [
    "/bin/sh",
    "-c",
    "while :; do :; done",
  ]);
  const spinning = spawn(file, args, { env: {}, stdio: "ignore" });
  t.match(await once(spinning, "exit"), [null, /SIGXCPU|SIGKILL/]);
});

t.test("an abort kills it within a second", async (t) => {
  const controller = new AbortController();
  const awake = startAwakeClock(t);
  let aborted = Number.NaN;
  const running = run({ ...shell("echo started; exec sleep 60"), signal: controller.signal });
  running.stdout.once("data", () => {
    aborted = awake();
    controller.abort(new Error("lost the lock"));
  });
  await t.rejects(running.done, /lost the lock/);
  const tookMs = awake() - aborted;
  t.ok(tookMs < 1000, `${tookMs} ms`);
  t.throws(() => run({ ...shell("true"), signal: controller.signal }), /lost the lock/);
});

t.test("the time limit", async (t) => {
  const running = run({ ...shell("exec sleep 60"), timeoutMs: 50, signal: never() });
  running.stdout.resume();
  const result = await running.done;
  t.equal(result.timedOut, true);
  t.equal(failureOf("x", result).code, "PROCESSING_TIMEOUT");
});

t.test("pipes beyond stderr, and input", async (t) => {
  const request = {
    ...shell('IFS= read -r line; echo "$line"; echo third >&3; echo fourth >&4'),
    signal: never(),
    pipes: 2,
  };
  const running = run({ ...request, input: [Buffer.from("in"), Buffer.from("put\n")] });
  const texts = await Promise.all(
    [running.stdout, ...running.pipes].map(async (stream) => (await collect(stream, 100, running.kill)).toString()),
  );
  t.same(texts, ["input\n", "third\n", "fourth\n"]);
  t.equal((await running.done).exitCode, 0);
});

t.test("a program that is not there is nobody's file's fault", async (t) => {
  const running = run({ ...base, file: "/nowhere/ffmpeg", args: [], signal: never() });
  running.stdout.resume();
  const error = failureOf("probe", await running.done);
  t.equal(error.code, "INTERNAL");
  t.equal(error.passing, true);
});

t.test("too much output is cut off", async (t) => {
  const running = run({ ...shell("while :; do echo xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx; done"), signal: never() });
  let tooMuch = false;
  const stop = () => {
    tooMuch = true;
    running.kill();
  };
  await Promise.all([collect(running.stdout, 1000, stop), running.done]);
  t.equal(tooMuch, true);
});

t.test("what failures mean", async (t) => {
  const result = (special: Partial<RunResult>): RunResult => ({
    ...{ exitCode: 1, exitSignal: null, timedOut: false, errors: 1, detail: "" },
    ...special,
  });
  const of = (special: Partial<RunResult>) => {
    const { code, passing } = failureOf("encode", result(special));
    return `${code}${passing ? " passing" : ""}`;
  };
  t.equal(of({ exitCode: null, exitSignal: "SIGKILL" }), "ENCODE_FAILED passing", "the out-of-memory killer");
  t.equal(of({ exitCode: null, exitSignal: "SIGSEGV" }), "ENCODE_FAILED");
  t.equal(of({ detail: "x: No space left on device" }), "INTERNAL passing");
  t.equal(of({ detail: "Error: Cannot allocate memory" }), "LIMITS_EXCEEDED");
  t.equal(of({ detail: "Decoder (codec none) not found for input stream #0:1" }), "UNSUPPORTED_CODEC");
  t.equal(of({ detail: "Invalid data found when processing input" }), "SOURCE_UNREADABLE");
  t.ok(failureOf("encode", result({ detail: "why" })) instanceof MediaError);
});

t.test("the log keeps little and hides the source", async (t) => {
  const log = new LogTail("/secret/path");
  for (let n = 0; n < 1000; n += 1) log.push(Buffer.from(`[h264 @ 0x${n}] [error] bad /secret/path ${n}\n`));
  log.push(Buffer.from("[info] nothing\n[h264 @ 0x1] [warning] nor this\ncontinued\n"));
  log.push(Buffer.alloc(100_000, "y"));
  log.push(Buffer.from("y\n[error] last"));
  log.end();
  t.equal(log.errors, 1001);
  t.equal(log.detail.split("\n").length, 40);
  t.match(log.detail, "[h264] [error] bad source 999");
  t.match(log.detail, /\[error\] last$/);
  t.notMatch(log.detail, "secret");
  const loader = new LogTail();
  loader.push(Buffer.from("ffmpeg: error while loading shared libraries\n"));
  t.equal(loader.errors, 1);
});
