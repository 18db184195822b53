const FIN_TEXT = 0x81;
const FIN_PING = 0x89;
const FIN_PONG = 0x8a;

/** An unmasked text frame of RFC 6455: the same bytes for every client that is sent it. */
export function textFrame(text: string): Buffer {
  const length = Buffer.byteLength(text);
  const headBytes = length < 126 ? 2 : length < 65_536 ? 4 : 10;
  const frame = Buffer.allocUnsafe(headBytes + length);
  frame[0] = FIN_TEXT;
  if (headBytes === 2) frame[1] = length;
  else if (headBytes === 4) {
    frame[1] = 126;
    frame.writeUInt16BE(length, 2);
  } else {
    frame[1] = 127;
    frame.writeBigUInt64BE(BigInt(length), 2);
  }
  frame.write(text, headBytes);
  return frame;
}

export const PING_FRAME = Buffer.from([FIN_PING, 0]);

/** @param data of the ping, at most 125 bytes, as of every control frame */
export function pongFrame(data: Buffer): Buffer {
  return Buffer.concat([Buffer.from([FIN_PONG, data.length]), data]);
}

/** An event of a text/event-stream. `data` has no line breaks: it is JSON. */
export function sseEvent(fields: { id?: string; event?: string; retryMs?: number; data: string }): Buffer {
  const { id, event, retryMs, data } = fields;
  const lines = [
    ...(retryMs === undefined ? [] : [`retry: ${retryMs}`]),
    ...(id === undefined ? [] : [`id: ${id}`]),
    ...(event === undefined ? [] : [`event: ${event}`]),
    `data: ${data}`,
  ];
  return Buffer.from(`${lines.join("\n")}\n\n`);
}

/** A comment: keeps proxies from closing a quiet connection, and shows that one is gone. */
export const SSE_HEARTBEAT = Buffer.from(":\n\n");
