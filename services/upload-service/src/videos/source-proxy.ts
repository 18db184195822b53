import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { Readable, Transform } from "node:stream";
import { pipeline } from "node:stream/promises";

export interface SourceProxy {
  /** `http://127.0.0.1:<port>/<secret>`: serves one object, by ranges. */
  url: string;
  /** Whether the allowance or a fault kept something from the reader: what it then says of the file means nothing. */
  fellShort: () => boolean;
  close(): Promise<void>;
}

export interface SourceProxyOptions {
  /** A presigned GET, with If-Match among its signed headers. */
  target: string;
  etag: string;
  /** Bytes that may be read in all. */
  maxBytes: number;
  signal: AbortSignal;
}

/**
 * Serves one object of the store on a loopback port for the length of a probe, so that the probe of a stranger's file
 * needs no other address: whatever the file makes ffprobe ask for, it gets this object or nothing.
 */
export async function openSourceProxy(options: SourceProxyOptions): Promise<SourceProxy> {
  const path = `/${crypto.randomUUID()}`;
  const course: Course = { left: options.maxBytes, faulty: false };
  const server = createServer((request, response) => {
    if (request.url !== path || request.method !== "GET") {
      response.writeHead(404).end();
      return;
    }
    forward(request, response, options, course).catch(() => response.destroy());
  });
  await listen(server);
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}${path}`,
    fellShort: () => course.faulty || course.left <= 0,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

interface Course {
  /** Bytes of the allowance. */
  left: number;
  faulty: boolean;
}

/** 416: the reader asked for what is beyond the end. */
const OF_THE_OBJECT = new Set([200, 206, 416]);

async function forward(
  request: IncomingMessage,
  response: ServerResponse,
  { target, etag, signal }: SourceProxyOptions,
  course: Course,
): Promise<void> {
  const gone = new AbortController();
  response.once("close", () => gone.abort());
  // A reader that has seen enough goes away, and the transfer then breaks off: that is no fault.
  const noteFault = (): void => {
    course.faulty ||= !gone.signal.aborted;
  };
  const { range } = request.headers;
  const answer = await fetch(target, {
    headers: { "if-match": `"${etag}"`, ...(range === undefined ? {} : { range }) },
    signal: AbortSignal.any([signal, gone.signal]),
    redirect: "error",
  }).catch((error: unknown) => {
    noteFault();
    throw error;
  });
  if (!OF_THE_OBJECT.has(answer.status)) noteFault();
  const headers: Record<string, string> = { "accept-ranges": "bytes" };
  for (const name of ["content-length", "content-range"]) {
    const value = answer.headers.get(name);
    if (value !== null) headers[name] = value;
  }
  response.writeHead(answer.status, headers);
  if (answer.body === null) {
    response.end();
    return;
  }
  const meter = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      course.left -= chunk.length;
      if (course.left <= 0) done(new Error("the allowance is used up"));
      else done(null, chunk);
    },
  });
  const body = Readable.fromWeb(answer.body).once("error", noteFault);
  await pipeline(body, meter, response);
}

function listen(server: Server): Promise<void> {
  return new Promise((resolve, reject) => {
    // It stays: an error in accepting a connection, which only a listener keeps from ending the process, may come later.
    server.on("error", reject);
    server.listen(0, "127.0.0.1", () => resolve());
  });
}
