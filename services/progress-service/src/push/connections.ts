import type { Socket } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import type { ReconnectReason } from "@lectern/contracts";
import type { TenantId } from "@lectern/keys";
import { ProblemError } from "@lectern/service-kit";

export const STREAM_KINDS = ["sse", "sse_tenant", "ws"] as const;
export type StreamKind = (typeof STREAM_KINDS)[number];

/** One client that is pushed to, whatever it speaks. */
export interface Connection {
  readonly kind: StreamKind;
  readonly socket: Socket;
  readonly tenantId: TenantId;
  /** When its token ends, epoch milliseconds of this process's clock. */
  readonly expiresAt: number;
  beat: () => void;
  /** Tells the client to come back after `retryMs`, and ends. */
  dismiss: (reason: ReconnectReason, retryMs: number) => void;
  /** Its socket is closed. */
  gone: () => void;
}

export interface ConnectionLimits {
  /** Streams that this process carries; 0 for no limit. */
  perProcess: number;
  perTenant: number;
}

export interface Connections {
  /** @throws ProblemError TENANT_STREAM_LIMIT, STREAMS_UNAVAILABLE */
  admit: (tenantId: TenantId) => void;
  /** Takes it up until its socket closes. */
  add: (connection: Connection) => void;
  /** Dismisses all, evenly over `overMs`, and resolves when they are gone, or a second later. No new ones from now on. */
  drain: (overMs: number) => Promise<void>;
  count: (kind: StreamKind) => number;
  stop: () => void;
}

/** Proxies commonly close what was quiet for 30 to 60 s. */
const HEARTBEAT_MS = 15_000;
/** Each part's turn comes one after the other, so that a heartbeat is never a burst of all. */
const PARTS = 15;
/** Whoever has to come back does so within this time, drawn for each. */
const RETRY = { least: 500, most: 5_000 } as const;
const GONE_MS = 1_000;
const STEP_MS = 50;

/** A time to come back after, drawn anew: those who left together do not come back together. */
export function drawRetryMs(): number {
  return RETRY.least + Math.floor(Math.random() * (RETRY.most - RETRY.least));
}

/**
 * The clients of this process, by their sockets. One timer serves all: heartbeats, and the end of those whose token has
 * ended.
 */
export function createConnections(
  { perProcess, perTenant }: ConnectionLimits,
  heartbeatMs = HEARTBEAT_MS,
): Connections {
  const parts = Array.from({ length: PARTS }, () => new Set<Connection>());
  const owners = new Map<Socket, { connection: Connection; part: Set<Connection> }>();
  const tenants = new Map<TenantId, number>();
  const kinds: Record<StreamKind, number> = { sse: 0, sse_tenant: 0, ws: 0 };
  let [turn, taken, draining] = [0, 0, false];

  // One function for all sockets, where each would have a closure of its own.
  function onClose(this: Socket): void {
    const owner = owners.get(this);
    if (owner === undefined) return;
    const { connection, part } = owner;
    owners.delete(this);
    part.delete(connection);
    kinds[connection.kind] -= 1;
    const left = (tenants.get(connection.tenantId) ?? 1) - 1;
    if (left === 0) tenants.delete(connection.tenantId);
    else tenants.set(connection.tenantId, left);
    connection.gone();
  }

  function beat(): void {
    const now = Date.now();
    turn = (turn + 1) % PARTS;
    for (const connection of parts[turn] ?? [])
      if (connection.expiresAt <= now) connection.dismiss("token_expired", 0);
      else connection.beat();
  }
  const beating = setInterval(beat, heartbeatMs / PARTS).unref();

  return {
    admit: (tenantId) => {
      if (draining) throw unavailable("This process is about to end; come back in a moment.");
      if (perProcess > 0 && owners.size >= perProcess)
        throw unavailable("This process carries as many streams as it may; come back, or poll.");
      if (perTenant > 0 && (tenants.get(tenantId) ?? 0) >= perTenant)
        throw new ProblemError("TENANT_STREAM_LIMIT", "Close streams that nobody looks at, or poll.", {
          retryAfter: retryAfter(),
        });
    },
    add: (connection) => {
      const { socket, tenantId, kind } = connection;
      taken += 1;
      const part = parts[taken % PARTS] ?? new Set();
      part.add(connection);
      owners.set(socket, { connection, part });
      kinds[kind] += 1;
      tenants.set(tenantId, (tenants.get(tenantId) ?? 0) + 1);
      socket.on("close", onClose);
      if (socket.destroyed) onClose.call(socket);
    },
    drain: async (overMs) => {
      draining = true;
      const all = [...owners.values()];
      const began = performance.now();
      for (const [index, { connection }] of all.entries()) {
        const due = began + (index / all.length) * overMs;
        if (due > performance.now() + STEP_MS) await delay(STEP_MS);
        connection.dismiss("shutdown", drawRetryMs());
      }
      const until = performance.now() + GONE_MS;
      while (owners.size > 0 && performance.now() < until) await delay(STEP_MS);
      for (const socket of owners.keys()) socket.destroy();
    },
    count: (kind) => kinds[kind],
    stop: () => clearInterval(beating),
  };
}

function unavailable(detail: string): ProblemError {
  return new ProblemError("STREAMS_UNAVAILABLE", detail, { retryAfter: retryAfter() });
}

/** Whole seconds, from 2 to 6. */
function retryAfter(): number {
  return 2 + Math.floor(Math.random() * 5);
}
