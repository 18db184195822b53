import type { Socket } from "node:net";
import type { StreamKind } from "./connections.ts";
import type { PushMetrics } from "./metrics.ts";

/** A client that has not taken this many bytes is behind by minutes: it is dropped, and starts anew with the present state. */
const MOST_UNSENT_BYTES = 256 * 1024;

/** Writes to a client, unless it is gone; drops it where it takes nothing. @returns whether it was written */
export function send(socket: Socket, bytes: Buffer, kind: StreamKind, metrics: PushMetrics): boolean {
  if (!socket.writable) return false;
  if (socket.writableLength + bytes.length > MOST_UNSENT_BYTES) {
    metrics.dropped(kind);
    socket.destroy();
    return false;
  }
  socket.write(bytes);
  return true;
}
