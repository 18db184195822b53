export interface Answer {
  readonly status: number;
  /** As they came, names in lower case. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: string;
  /** Nothing further can come on this connection. */
  readonly last: boolean;
}

export function headerOf({ headers }: Pick<Answer, "headers">, name: string): string | undefined {
  return headers.find(([each]) => each === name)?.[1];
}

/**
 * Reads the first answer of what a connection gave so far; null while it is not whole. Written here because a client of
 * Node's would hide what this is about: answers to requests that no client would send.
 * @param ended whether the other side has closed the connection
 */
export function takeAnswer(bytes: Buffer, method: string, ended: boolean): { answer: Answer; rest: Buffer } | null {
  const end = bytes.indexOf("\r\n\r\n");
  if (end < 0) return null;
  const [first = "", ...lines] = bytes.subarray(0, end).toString("latin1").split("\r\n");
  const status = Number(/^HTTP\/1\.1 (\d{3})/.exec(first)?.[1]);
  if (Number.isNaN(status)) throw new Error(`no HTTP answer: ${JSON.stringify(first.slice(0, 100))}`);
  const after = bytes.subarray(end + 4);
  // 1xx but for 101: the real one is still to come.
  if (status < 200 && status !== 101) return takeAnswer(after, method, ended);
  const headers = lines.map((line): [string, string] => {
    const colon = line.indexOf(":");
    return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
  });
  const of = (name: string) => headers.find(([each]) => each === name)?.[1];
  const endless = status === 101 || of("content-type")?.startsWith("text/event-stream") === true;
  const found = (body: Buffer, rest: Buffer, last = endless) => ({
    answer: { status, headers, body: body.toString("utf8"), last: last || of("connection") === "close" },
    rest,
  });
  if (endless) return found(after, Buffer.alloc(0));
  if (method === "HEAD" || status === 204 || status === 304) return found(Buffer.alloc(0), after);
  if (of("transfer-encoding") === "chunked") return chunked(after, found);
  const length = of("content-length");
  if (length !== undefined)
    return after.length < Number(length)
      ? null
      : found(after.subarray(0, Number(length)), after.subarray(Number(length)));
  return ended ? found(after, Buffer.alloc(0), true) : null;
}

function chunked<T>(bytes: Buffer, found: (body: Buffer, rest: Buffer) => T): T | null {
  const chunks: Buffer[] = [];
  for (let at = 0; ; ) {
    const line = bytes.indexOf("\r\n", at);
    if (line < 0) return null;
    const size = Number.parseInt(bytes.subarray(at, line).toString("latin1"), 16);
    const next = line + 2 + size + 2;
    if (bytes.length < next) return null;
    if (size === 0) return found(Buffer.concat(chunks), bytes.subarray(next));
    chunks.push(bytes.subarray(line + 2, line + 2 + size));
    at = next;
  }
}
