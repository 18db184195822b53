import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { createServer, type Server } from "node:net";
import { buffer, text } from "node:stream/consumers";
import t, { type Test } from "tap";
import { confinement, guarded, WAYS, type Way } from "../../src/run/confine.ts";
import { tools } from "../support/tools.ts";

const LIMITS = { memoryKib: 4 * 1024 ** 2, cpuSeconds: 20 };
const shell = (script: string) => ["/bin/sh", "-c", script];
const ways = new Map(WAYS.map((attempt) => [attempt.name, attempt()]));

function start(by: Way, command: readonly string[], network: "none" | "reads" = "none"): ChildProcess {
  const [file, args] = guarded({ ...LIMITS, network }, command, by);
  return spawn(file, args, { cwd: "/", env: {}, stdio: ["ignore", "pipe", "pipe"] });
}

async function outcome(child: ChildProcess): Promise<{ code: number | null; said: string; errors: string }> {
  if (!child.stdout || !child.stderr) throw new Error("no pipes");
  const [said, errors] = await Promise.all([text(child.stdout), text(child.stderr), once(child, "close")]);
  return { code: child.exitCode, said, errors };
}

/** Counts who connects, and is shown to count. */
async function listener(t: Test): Promise<{ url: string; connections: () => number }> {
  let connections = 0;
  const server: Server = createServer((socket) => {
    connections += 1;
    socket.on("error", () => {}).end("not a medium");
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  t.teardown(() => server.close());
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  return { url: `tcp://127.0.0.1:${address.port}`, connections: () => connections };
}

const ffmpegOn = (url: string) => [tools.ffmpeg, "-v", "error", "-nostdin", "-i", url, "-f", "null", "-"];

t.test("what applies is the first that works", async (t) => {
  const first = [...ways.values()].find((way) => way !== null);
  t.same(confinement(), { network: first?.network ?? null, processes: first?.processes ?? null });
});

for (const [name, by] of ways) {
  t.test(name, { skip: by === null && "does not work on this machine" }, async (t) => {
    if (by === null) return;

    await t.test("ffmpeg reaches no listener on the loopback, unless it is to read from there", async (t) => {
      const { url, connections } = await listener(t);
      const cut = await outcome(start(by, ffmpegOn(url)));
      t.not(cut.code, 0);
      t.equal(connections(), 0, cut.errors);
      await outcome(start(by, ffmpegOn(url), "reads"));
      t.equal(connections(), 1);
    });

    await t.test("ffmpeg works, with threads", async (t) => {
      const source = ["-f", "lavfi", "-i", "testsrc2=size=320x180:rate=25:duration=1"];
      const encode = ["-c:v", "libx264", "-threads", "4", "-f", "matroska", "pipe:1"];
      const child = start(by, [tools.ffmpeg, "-v", "error", "-nostdin", ...source, ...encode]);
      if (!child.stdout) throw new Error("no pipe");
      child.stderr?.resume();
      const [bytes] = await Promise.all([buffer(child.stdout), once(child, "close")]);
      t.equal(child.exitCode, 0);
      t.ok(bytes.length > 1000);
    });

    // Of the other ways one limits, and not for root: that was tried when it was chosen.
    if (by.processes === "seccomp")
      await t.test("no further process", async (t) => {
        t.match(await outcome(start(by, shell("echo alone; (exit 0); echo forked"))), { code: 2, said: "alone\n" });
      });

    const landlock = spawnSync("perl", ["-e", "exit(syscall(444, 0, 0, 1) > 0 ? 0 : 1)"]).status === 0;
    if (by.processes === "seccomp")
      await t.test("not into its parent's memory", { skip: !landlock && "no Landlock here" }, async (t) => {
        const looks = `open(my $m, "+<", "/proc/${process.pid}/mem") ? print "open" : print "$!"`;
        t.match(await outcome(start(by, ["/usr/bin/perl", "-e", looks])), { code: 0, said: "Permission denied" });
        const [file = "", ...args] = ["/usr/bin/perl", "-e", looks];
        t.equal(String(spawnSync(file, args).stdout), "open", "which would be open to it otherwise");
      });

    await t.test("the pid that is known is the program's own, and it dies with who started it", async (t) => {
      const child = start(by, shell("echo $$; exec sleep 60"));
      const done = once(child, "close");
      if (!child.stdout) throw new Error("no pipe");
      t.equal(String((await once(child.stdout, "data"))[0]).trim(), String(child.pid));
      child.kill("SIGKILL");
      t.match(await done, [null, "SIGKILL"]);

      const [file, args] = guarded({ ...LIMITS, network: "none" }, shell("echo started; exec sleep 600"), by);
      const script = `require("node:child_process").spawn(${JSON.stringify(file)}, ${JSON.stringify(args)},
        { env: {}, detached: true, stdio: ["ignore", "inherit", "inherit"] })`;
      const parent = spawn(process.execPath, ["-e", script], { stdio: ["ignore", "pipe", "inherit"] });
      const ended = once(parent, "close");
      await once(parent.stdout, "data");
      parent.kill("SIGKILL");
      // The program holds this pipe too: its end shows that it is gone as well.
      await ended;
      t.ok(parent.stdout.readableEnded);
    });
  });
}
