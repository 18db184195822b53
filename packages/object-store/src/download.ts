import { createWriteStream } from "node:fs";
import { rm, stat } from "node:fs/promises";
import { Readable, Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import { GetObjectCommand, type GetObjectCommandOutput, type S3Client } from "@aws-sdk/client-s3";
import { faultOf, ObjectStoreError } from "./errors.ts";

export interface DownloadRequest {
  key: string;
  path: string;
  ifMatch: string;
  resume: boolean;
  idleMs: number;
  onReceived: ((bytes: number) => void) | undefined;
  signal: AbortSignal | undefined;
}

/**
 * Fetches an object to a file and gives its size. With `resume`, what lies in the file is taken for the object's first
 * bytes: `ifMatch` makes sure that it still is. @throws what the SDK throws, or ObjectStoreError
 */
export async function fetchToFile(client: S3Client, bucket: string, request: DownloadRequest): Promise<number> {
  const { ifMatch, key, path, resume } = request;
  const there = resume ? await sizeOf(path) : 0;
  let answer: GetObjectCommandOutput;
  try {
    answer = await client.send(
      new GetObjectCommand({
        Bucket: bucket,
        Key: key,
        IfMatch: `"${ifMatch}"`,
        ...(there > 0 ? { Range: `bytes=${there}-` } : {}),
      }),
      request.signal === undefined ? {} : { abortSignal: request.signal },
    );
  } catch (error) {
    // Nothing lies beyond what is there: whatever it is, the next call begins anew.
    if (faultOf(error).status === 416) await rm(path, { force: true });
    throw error;
  }
  const { Body: body } = answer;
  if (!(body instanceof Readable))
    throw new ObjectStoreError("STORE_UNAVAILABLE", `GET ${key}: the answer has no body`);
  // A store that does not know ranges sends everything.
  const range = /^bytes (?<from>\d+)-\d+\/(?<total>\d+)$/.exec(answer.ContentRange ?? "")?.groups;
  const from = range === undefined ? 0 : Number(range.from);
  if (from > there) {
    body.destroy();
    throw new ObjectStoreError("STORE_UNAVAILABLE", `GET ${key}: asked from byte ${there}, got from ${from}`);
  }
  const total = range === undefined ? answer.ContentLength : Number(range.total);
  const size = await writeBody(body, from, request);
  if (total !== undefined && size !== total)
    throw new ObjectStoreError("STORE_UNAVAILABLE", `GET ${key}: ${size} bytes of ${total} arrived`);
  return size;
}

async function sizeOf(path: string): Promise<number> {
  const facts = await stat(path).catch(() => null);
  return facts?.size ?? 0;
}

/**
 * Streams a body into a file and gives the file's length after it. A body that falls silent is a fault: its socket
 * alone would wait for ever. Each byte goes to its own place, so it harms nothing if one arrives after the end.
 */
async function writeBody(body: Readable, from: number, request: DownloadRequest): Promise<number> {
  const { idleMs, onReceived, path, signal } = request;
  let size = from;
  const timer = setTimeout(() => {
    body.destroy(new ObjectStoreError("STORE_UNAVAILABLE", `the body fell silent for ${idleMs} ms`));
  }, idleMs);
  const count = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      timer.refresh();
      size += chunk.length;
      onReceived?.(size);
      done(null, chunk);
    },
  });
  const file = createWriteStream(path, from > 0 ? { flags: "r+", start: from } : { flags: "w" });
  try {
    await pipeline(body, count, file, signal === undefined ? {} : { signal });
    return size;
  } finally {
    clearTimeout(timer);
  }
}
