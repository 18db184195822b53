/**
 * A seccomp filter as bytes of classic BPF: what the program may ask of the kernel. A list of what is refused, not of
 * what is allowed: ffmpeg's builds differ, and these calls none of them needs. Pure.
 */

/** `reads`: may open TCP over IPv4, for a proxy on the loopback; other sockets (UNIX, netlink) stay refused. */
export type FilterNetwork = "none" | "reads";

interface Machine {
  /** AUDIT_ARCH_*: numbers mean something else on another one. */
  readonly arch: number;
  readonly prctl: number;
  readonly seccomp: number;
  readonly socket: number;
  readonly clone: number;
  /** Refused outright. */
  readonly refused: readonly number[];
}

/** New since numbers are the same on every machine. */
const CLONE3 = 435;
const REFUSED_EVERYWHERE = [
  425, // io_uring_setup: opens sockets without the call of that name
  438, // pidfd_getfd: takes another process's socket
];

const MACHINES: Readonly<Partial<Record<NodeJS.Architecture, Machine>>> = {
  x64: {
    arch: 0xc000_003e,
    prctl: 157,
    seccomp: 317,
    socket: 41,
    clone: 56,
    // fork, vfork, ptrace, process_vm_readv, process_vm_writev, unshare, setns, bpf
    refused: [57, 58, 101, 310, 311, 272, 308, 321],
  },
  arm64: {
    arch: 0xc000_00b7,
    prctl: 167,
    seccomp: 277,
    socket: 198,
    clone: 220,
    // ptrace, process_vm_readv, process_vm_writev, unshare, setns, bpf; fork and vfork are clone here
    refused: [117, 270, 271, 97, 268, 280],
  },
};

const CLONE_THREAD = 0x0001_0000;
const AF_INET = 2;
const SOCK_STREAM = 1;
/** The rest are flags, such as "close on exec". */
const SOCKET_TYPE = 0xf;
/** x86-64 takes the same calls under a second set of numbers. */
const X32_BIT = 0x4000_0000;

const LOAD = 0x20;
const AND = 0x54;
const JUMP_EQUAL = 0x15;
const JUMP_AT_LEAST = 0x35;
const JUMP_ANY_BIT = 0x45;
const RETURN = 0x06;
/** Offsets in `struct seccomp_data`; of an argument the lower half, on little-endian machines. */
const NUMBER = 0;
const ARCH = 4;
const FIRST_ARGUMENT = 16;
const SECOND_ARGUMENT = 24;
const ALLOW = 0x7fff_0000;
const errno = (code: number) => 0x0005_0000 | code;
const EPERM = 1;
const ENOSYS = 38;

type Instruction = readonly [code: number, value: number, jumpTrue?: number, jumpFalse?: number];

export interface SeccompFilter {
  /** Numbers of the calls that put it on. */
  readonly prctl: number;
  readonly seccomp: number;
  readonly filter: Buffer;
}

/** null for a machine whose numbers are not known here. */
export function seccompFilter(architecture: NodeJS.Architecture, network: FilterNetwork): SeccompFilter | null {
  const machine = MACHINES[architecture];
  if (!machine) return null;
  const refused = [...REFUSED_EVERYWHERE, ...machine.refused];
  const program: readonly Instruction[] = [
    [LOAD, ARCH],
    [JUMP_EQUAL, machine.arch, 1, 0],
    [RETURN, errno(EPERM)],
    [LOAD, NUMBER],
    [JUMP_AT_LEAST, X32_BIT, 0, 1],
    [RETURN, errno(EPERM)],
    // glibc takes this for an old kernel and calls clone, whose flags can be seen from here.
    [JUMP_EQUAL, CLONE3, 0, 1],
    [RETURN, errno(ENOSYS)],
    ...refused.flatMap((number): Instruction[] => [
      [JUMP_EQUAL, number, 0, 1],
      [RETURN, errno(EPERM)],
    ]),
    // A thread is allowed, a process is not.
    [JUMP_EQUAL, machine.clone, 0, 4],
    [LOAD, FIRST_ARGUMENT],
    [JUMP_ANY_BIT, CLONE_THREAD, 0, 1],
    [RETURN, ALLOW],
    [RETURN, errno(EPERM)],
    [JUMP_EQUAL, machine.socket, 0, 6],
    [LOAD, FIRST_ARGUMENT],
    [JUMP_EQUAL, AF_INET, 0, 3],
    [LOAD, SECOND_ARGUMENT],
    [AND, SOCKET_TYPE],
    [JUMP_EQUAL, SOCK_STREAM, network === "reads" ? 1 : 0, 0],
    [RETURN, errno(EPERM)],
    [RETURN, ALLOW],
  ];
  const { prctl, seccomp } = machine;
  return { prctl, seccomp, filter: Buffer.concat(program.map(encoded)) };
}

function encoded([code, value, jumpTrue = 0, jumpFalse = 0]: Instruction): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeUInt16LE(code, 0);
  bytes.writeUInt8(jumpTrue, 2);
  bytes.writeUInt8(jumpFalse, 3);
  bytes.writeUInt32LE(value, 4);
  return bytes;
}
