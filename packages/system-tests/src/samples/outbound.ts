import { existsSync, readdirSync, readFileSync, readlinkSync } from "node:fs";

export interface OutboundWatch {
  /** What was seen since the last call. */
  taken(): string[];
  stop(): void;
  /** False where the system shows no sockets: nothing was watched. */
  readonly able: boolean;
}

const LOOK_EVERY_MS = 25;
const TABLES = ["tcp", "tcp6", "udp", "udp6"];
const PROGRAM = /\/(?:ffmpeg|ffprobe)$/;

/**
 * Looks at the machine's table of sockets for any that ffmpeg or ffprobe, started below `roots`, has towards another
 * machine. A look takes a fraction of a millisecond; a socket that lives for less than 25 ms is missed, but a name
 * lookup or an unanswered connection lasts longer. Linux only.
 */
export function watchOutbound(roots: () => readonly number[]): OutboundWatch {
  const able = existsSync("/proc/net/tcp");
  let seen = new Set<string>();
  const look = () => {
    for (const { address, inode } of foreignSockets()) {
      const owner = ownerOf(inode, roots());
      if (owner !== null) seen.add(`${address} by ${owner}`);
    }
  };
  const timer = able ? setInterval(look, LOOK_EVERY_MS) : null;
  return {
    able,
    taken() {
      const found = [...seen];
      seen = new Set();
      return found;
    },
    stop: () => timer !== null && clearInterval(timer),
  };
}

function foreignSockets(): { address: string; inode: string }[] {
  return TABLES.flatMap((table) => {
    try {
      return readFileSync(`/proc/net/${table}`, "utf8").split("\n").slice(1).flatMap(foreign);
    } catch {
      return [];
    }
  });
}

/** A line of /proc/net/tcp: local, remote (hexadecimal, the machine's byte order), state, …, inode. Pure. */
export function foreign(line: string): { address: string; inode: string }[] {
  const cells = line.trim().split(/\s+/);
  const [remote = "", inode = "0"] = [cells[2], cells[9]];
  const [host = "", port = ""] = remote.split(":");
  if (host === "" || /^0+$/.test(host) || inode === "0") return [];
  const v4 = host.length === 8 ? host : (/^0{16}FFFF0000([0-9A-F]{8})$/.exec(host)?.[1] ?? null);
  if (v4?.endsWith("7F") || host === "00000000000000000000000001000000") return [];
  const readable =
    v4 === null
      ? host
      : (v4.match(/../g) ?? [])
          .reverse()
          .map((part) => Number.parseInt(part, 16))
          .join(".");
  return [{ address: `${readable}:${Number.parseInt(port, 16)}`, inode }];
}

/** The media program below one of `roots` that holds a socket; null where it is somebody else's. */
function ownerOf(inode: string, roots: readonly number[]): string | null {
  for (const pid of readdirSync("/proc").filter((name) => /^\d+$/.test(name))) {
    try {
      const program = readlinkSync(`/proc/${pid}/exe`);
      if (!PROGRAM.test(program) || !descends(Number(pid), roots)) continue;
      const links = readdirSync(`/proc/${pid}/fd`).map((fd) => readlinkSync(`/proc/${pid}/fd/${fd}`));
      if (links.includes(`socket:[${inode}]`)) return program.slice(program.lastIndexOf("/") + 1);
    } catch {
      // Gone meanwhile, or not ours to look at.
    }
  }
  return null;
}

function descends(pid: number, roots: readonly number[]): boolean {
  for (let at = pid; at > 1; ) {
    if (roots.includes(at)) return true;
    const status = readFileSync(`/proc/${at}/stat`, "utf8");
    at = Number(status.slice(status.lastIndexOf(")") + 2).split(" ")[1]);
  }
  return false;
}
