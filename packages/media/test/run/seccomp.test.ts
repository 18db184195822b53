import t from "tap";
import { seccompFilter } from "../../src/run/seccomp.ts";

const ALLOW = 0x7fff_0000;
const EPERM = 0x0005_0001;
const ENOSYS = 0x0005_0026;

/** What the kernel would answer: as much of classic BPF as the filter uses. */
function answer(filter: Buffer, call: { number: number; arch: number; argument?: number; second?: number }): number {
  const data = new Map([
    [0, call.number],
    [4, call.arch],
    [16, call.argument ?? 0],
    [24, call.second ?? 0],
  ]);
  let loaded = 0;
  for (let at = 0; at < filter.length; at += 8) {
    const [code, yes, no] = [filter.readUInt16LE(at), filter.readUInt8(at + 2), filter.readUInt8(at + 3)];
    const value = filter.readUInt32LE(at + 4);
    const jump = (holds: boolean) => {
      at += 8 * (holds ? yes : no);
    };
    if (code === 0x54) loaded &= value;
    else if (code === 0x20) loaded = data.get(value) ?? Number.NaN;
    else if (code === 0x15) jump(loaded === value);
    else if (code === 0x35) jump(loaded >= value);
    else if (code === 0x45) jump((loaded & value) !== 0);
    else if (code === 0x06) return value;
    else throw new Error(`no instruction ${code}`);
  }
  throw new Error("ran off its end");
}

const THREAD = 0x3d0f00; // what glibc's pthread_create asks for
const MACHINES = {
  x64: { arch: 0xc000_003e, read: 0, socket: 41, clone: 56, execve: 59, forks: [57, 58] },
  arm64: { arch: 0xc000_00b7, read: 63, socket: 198, clone: 220, execve: 221, forks: [] },
} as const;

for (const [name, { arch, read, socket, clone, execve, forks }] of Object.entries(MACHINES)) {
  t.test(name, async (t) => {
    const filterFor = (network: "none" | "reads") => seccompFilter(name as "x64", network)?.filter ?? Buffer.alloc(0);
    for (const network of ["none", "reads"] as const) {
      const ask = (number: number, argument = 0, second = 0) =>
        answer(filterFor(network), { number, arch, argument, second });
      for (const number of [read, execve]) t.equal(ask(number), ALLOW);
      t.equal(ask(clone, THREAD), ALLOW, "a thread");
      t.equal(ask(clone, 0x11), EPERM, "a process");
      for (const number of forks) t.equal(ask(number), EPERM);
      t.equal(ask(435), ENOSYS, "clone3");
      t.equal(ask(425), EPERM, "io_uring");
      t.equal(ask(socket, 2, 0x80001), network === "reads" ? ALLOW : EPERM, "TCP over IPv4, closed on exec");
      for (const type of [2, 3]) t.equal(ask(socket, 2, type), EPERM, "UDP, raw");
      for (const domain of [1, 10, 16]) t.equal(ask(socket, domain, 1), EPERM, "UNIX, IPv6, netlink");
      t.equal(answer(filterFor(network), { number: read, arch: 0x4000_0003 }), EPERM, "another machine's numbers");
    }
  });
}

t.test("the second numbers of x86-64", async (t) => {
  const filter = seccompFilter("x64", "none")?.filter ?? Buffer.alloc(0);
  t.equal(answer(filter, { number: 0x4000_0000 + 41, arch: 0xc000_003e }), EPERM);
});

t.test("no filter where the numbers are not known", async (t) => {
  t.equal(seccompFilter("riscv64", "none"), null);
});
