import { spawnSync } from "node:child_process";
import { availableParallelism } from "node:os";
import { fileURLToPath } from "node:url";
import { type FilterNetwork, seccompFilter } from "./seccomp.ts";

/** What keeps ffmpeg from the network and from starting further processes on this machine; null = nothing does. */
export interface Confinement {
  readonly network: "seccomp" | "namespace" | null;
  readonly processes: "seccomp" | "rlimit" | null;
}

/** One way of running a program so. */
export interface Way extends Confinement {
  /** What stands before the program, for one that reads from the loopback and for one that has no network. */
  readonly prefix: Readonly<Record<FilterNetwork, readonly string[]>>;
}

const GUARD = fileURLToPath(new URL("guarded-exec.sh", import.meta.url));
const FILTERED = fileURLToPath(new URL("filtered-exec.pl", import.meta.url));
const PERL = "/usr/bin/perl";
/**
 * GCONV_PATH: a static ffprobe dies of a segmentation fault when it loads the system's character set modules, which
 * MPEG-TS with service names makes it do.
 */
const EMPTY_ENVIRONMENT = ["/usr/bin/env", "-i", "LC_ALL=C", "GCONV_PATH=/nonexistent"];
/** Whoever started it is killed outright, and the program dies with it, in the midst of a frame too. */
const DIES_WITH_PARENT = ["setpriv", "--pdeathsig", "KILL"];
const NAMESPACES = ["unshare", "--user", "--map-current-user", "--net"];
/** Threads count as well: what ffmpeg starts for a whole ladder on this machine, and some. */
const MOST_TASKS = 256 + 64 * availableParallelism();
const TRIAL_LIMIT_MS = 5_000;
const TRIAL_KIB = 4 * 1024 ** 2;

let chosen: Way | undefined;

/** What applies on this machine; tried once in the life of the process (some 10 ms). */
export function confinement(): Confinement {
  const { network, processes } = way();
  return { network, processes };
}

/** The whole command that runs a program with its limits, as file and arguments for `spawn` with an empty environment. */
export function guarded(
  limits: { readonly memoryKib: number; readonly cpuSeconds: number; readonly network: FilterNetwork },
  command: readonly string[],
  by: Way = way(),
): readonly [file: string, args: readonly string[]] {
  return wrapped(limits, by.prefix[limits.network], command);
}

function wrapped(
  { memoryKib, cpuSeconds }: { readonly memoryKib: number; readonly cpuSeconds: number },
  prefix: readonly string[],
  command: readonly string[],
): readonly [string, readonly string[]] {
  return ["/bin/sh", [GUARD, String(memoryKib), String(cpuSeconds), ...prefix, ...EMPTY_ENVIRONMENT, ...command]];
}

/** Strictest first; each gives null where it does not work. */
export const WAYS: readonly (() => Way | null)[] = [byFilter, byNamespaces, byNetworkNamespace];

/** By trying: what a kernel, a container or its profile allows cannot be read anywhere. */
function way(): Way {
  for (const attempt of WAYS) chosen ??= attempt() ?? undefined;
  chosen ??= unconfined();
  return chosen;
}

/** Needs no rights, and works in containers under the usual profiles. */
function byFilter(): Way | null {
  const prefix = (network: FilterNetwork): string[] => {
    const made = seccompFilter(process.arch, network);
    return made ? [PERL, FILTERED, String(made.prctl), String(made.seccomp), made.filter.toString("hex")] : [];
  };
  if (process.platform !== "linux" || prefix("none").length === 0) return null;
  const works = (["none", "reads"] as const).every((network) => {
    const socket = network === "reads" ? "socket(my $s, 2, 1, 0)" : "!socket(my $s, 2, 1, 0)";
    return succeeds(prefix(network), [PERL, "-e", `exit(${socket} && !defined fork ? 42 : 1)`]);
  });
  return works
    ? { network: "seccomp", processes: "seccomp", prefix: { none: prefix("none"), reads: prefix("reads") } }
    : null;
}

/** No fork: unshare becomes the program, under the same process id. What changes rights takes the death signal away. */
function byNamespaces(): Way | null {
  const prefix = (tasks: number) => [...NAMESPACES, "prlimit", `--nproc=${tasks}:${tasks}`, ...DIES_WITH_PARENT];
  if (!succeeds(prefix(MOST_TASKS))) return null;
  // In a user namespace of its own only what is in it counts (Linux 5.14 on), and root is never limited.
  const limited = !succeeds(prefix(1), ["/bin/sh", "-c", "(exit 0) && exit 42"]);
  return {
    network: "namespace",
    processes: limited ? "rlimit" : null,
    prefix: { none: prefix(MOST_TASKS), reads: leash() },
  };
}

/** Root, where user namespaces are forbidden. */
function byNetworkNamespace(): Way | null {
  const prefix = ["unshare", "--net", ...DIES_WITH_PARENT];
  return succeeds(prefix) ? { network: "namespace", processes: null, prefix: { none: prefix, reads: leash() } } : null;
}

function unconfined(): Way {
  return { network: null, processes: null, prefix: { none: leash(), reads: leash() } };
}

/** Not on macOS. */
function leash(): readonly string[] {
  return succeeds(DIES_WITH_PARENT) ? DIES_WITH_PARENT : [];
}

function succeeds(prefix: readonly string[], command: readonly string[] = ["/bin/sh", "-c", "exit 42"]): boolean {
  const [file, args] = wrapped({ memoryKib: TRIAL_KIB, cpuSeconds: 10 }, prefix, command);
  const tried = () => spawnSync(file, args, { cwd: "/", env: {}, stdio: "ignore", timeout: TRIAL_LIMIT_MS });
  const first = tried();
  // A machine that stood still is no answer, and a weaker way would hold for the life of the process.
  const { status } = first.signal === null ? first : tried();
  return status === 42;
}
