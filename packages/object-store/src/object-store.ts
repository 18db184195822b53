import { createHash } from "node:crypto";
import { createWriteStream } from "node:fs";
import { Readable, Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import {
  DeleteObjectsCommand,
  GetObjectCommand,
  HeadObjectCommand,
  PutObjectCommand,
  paginateListObjectsV2,
} from "@aws-sdk/client-s3";
import { getSignedUrl } from "@aws-sdk/s3-request-presigner";
import { createClient, type ObjectStoreOptions } from "./client.ts";
import { faultOf, ObjectStoreError, storeError } from "./errors.ts";

/** What S3 takes in one call. */
const MOST_KEYS_A_DELETE = 1_000;

/** ETags are given without their quotes. */
export interface ObjectFacts {
  size: number;
  etag: string;
  contentType: string | null;
}

export interface ListedObject {
  key: string;
  size: number;
  etag: string;
}

export type HeadOutcome = ({ kind: "found" } & ObjectFacts) | { kind: "missing" };
export type DownloadOutcome = { kind: "downloaded"; size: number } | { kind: "missing" } | { kind: "changed" };

interface CallOptions {
  signal?: AbortSignal;
}

export interface ObjectStore {
  head(key: string, options?: CallOptions): Promise<HeadOutcome>;
  /** Fetches to a file. `changed`: the object no longer has the ETag `ifMatch`. `onBytes` hears of each chunk's length. */
  download(
    key: string,
    path: string,
    options: CallOptions & { ifMatch: string; onBytes?: (bytes: number) => void },
  ): Promise<DownloadOutcome>;
  /** Stores `bytes`; the store checks their MD5 on arrival. Gives their size and MD5 (hex), which is also the ETag. */
  put(
    key: string,
    bytes: Uint8Array,
    options: CallOptions & { contentType: string; cacheControl?: string },
  ): Promise<{ size: number; md5: string }>;
  list(prefix: string, options?: CallOptions): AsyncIterable<ListedObject>;
  /** Also fine with what is not there. */
  delete(keys: readonly string[], options?: CallOptions): Promise<void>;
  /** A URL for a browser's PUT of exactly this content type; the headers belong to the signature. */
  presignPut(
    key: string,
    options: { contentType: string; expiresSeconds: number },
  ): Promise<{ url: string; headers: Record<string, string> }>;
  /** A URL for a GET by a service of ours. */
  presignGet(key: string, options: { expiresSeconds: number; ifMatch?: string }): Promise<string>;
  close(): void;
}

/**
 * One bucket of an S3-compatible store, set up for Cloudflare R2.
 * Every method throws {@link ObjectStoreError} when the store cannot be reached or refuses.
 */
export function createObjectStore(options: ObjectStoreOptions): ObjectStore {
  const client = createClient(options, options.endpoint);
  const publicEndpoint = options.publicEndpoint ?? options.endpoint;
  const publicClient = publicEndpoint === options.endpoint ? client : createClient(options, publicEndpoint);
  const Bucket = options.bucket;
  const idleMs = options.idleTimeoutMs ?? 20_000;

  return {
    async head(key, { signal } = {}) {
      try {
        const answer = await client.send(new HeadObjectCommand({ Bucket, Key: key }), abortBy(signal));
        return {
          kind: "found",
          size: answer.ContentLength ?? 0,
          etag: unquote(answer.ETag),
          contentType: answer.ContentType ?? null,
        };
      } catch (error) {
        // HEAD has no body to name the error in: the status alone tells.
        if (faultOf(error).status === 404) return { kind: "missing" };
        throw storeError(`HEAD ${key}`, error, signal);
      }
    },

    async download(key, path, { ifMatch, onBytes, signal }) {
      try {
        const answer = await client.send(
          new GetObjectCommand({ Bucket, Key: key, IfMatch: `"${ifMatch}"` }),
          abortBy(signal),
        );
        if (!(answer.Body instanceof Readable))
          throw new ObjectStoreError("STORE_UNAVAILABLE", `GET ${key}: the answer has no body`);
        const size = await writeBody(answer.Body, path, { idleMs, onBytes, signal });
        if (answer.ContentLength !== undefined && size !== answer.ContentLength)
          throw new ObjectStoreError(
            "STORE_UNAVAILABLE",
            `GET ${key}: ${size} bytes of ${answer.ContentLength} arrived`,
          );
        return { kind: "downloaded", size };
      } catch (error) {
        const { status } = faultOf(error);
        if (status === 404) return { kind: "missing" };
        if (status === 412) return { kind: "changed" };
        throw storeError(`GET ${key}`, error, signal);
      }
    },

    async put(key, bytes, { contentType, cacheControl, signal }) {
      const digest = createHash("md5").update(bytes).digest();
      try {
        await client.send(
          new PutObjectCommand({
            Bucket,
            Key: key,
            Body: bytes,
            ContentLength: bytes.byteLength,
            ContentMD5: digest.toString("base64"),
            ContentType: contentType,
            CacheControl: cacheControl,
          }),
          abortBy(signal),
        );
        return { size: bytes.byteLength, md5: digest.toString("hex") };
      } catch (error) {
        throw storeError(`PUT ${key}`, error, signal);
      }
    },

    async *list(prefix, { signal } = {}) {
      try {
        for await (const page of paginateListObjectsV2({ client }, { Bucket, Prefix: prefix }, abortBy(signal))) {
          for (const item of page.Contents ?? [])
            if (item.Key !== undefined) yield { key: item.Key, size: item.Size ?? 0, etag: unquote(item.ETag) };
        }
      } catch (error) {
        throw storeError(`LIST ${prefix}`, error, signal);
      }
    },

    async delete(keys, { signal } = {}) {
      try {
        for (let start = 0; start < keys.length; start += MOST_KEYS_A_DELETE) {
          const Objects = keys.slice(start, start + MOST_KEYS_A_DELETE).map((Key) => ({ Key }));
          const answer = await client.send(
            new DeleteObjectsCommand({ Bucket, Delete: { Objects, Quiet: true } }),
            abortBy(signal),
          );
          const [refused] = answer.Errors ?? [];
          if (refused !== undefined)
            throw new ObjectStoreError(
              "STORE_UNAVAILABLE",
              `DELETE ${refused.Key}: ${refused.Code}: ${refused.Message}`,
            );
        }
      } catch (error) {
        throw storeError(`DELETE ${keys[0]} and others`, error, signal);
      }
    },

    async presignPut(key, { contentType, expiresSeconds }) {
      const url = await getSignedUrl(
        publicClient,
        new PutObjectCommand({ Bucket, Key: key, ContentType: contentType }),
        {
          expiresIn: expiresSeconds,
          // Unless it is named here, the content type stays unsigned and the browser could send any.
          signableHeaders: new Set(["host", "content-type"]),
        },
      );
      return { url, headers: { "content-type": contentType } };
    },

    async presignGet(key, { expiresSeconds, ifMatch }) {
      const command = new GetObjectCommand({
        Bucket,
        Key: key,
        ...(ifMatch === undefined ? {} : { IfMatch: `"${ifMatch}"` }),
      });
      return getSignedUrl(client, command, { expiresIn: expiresSeconds });
    },

    close() {
      client.destroy();
      publicClient.destroy();
    },
  };
}

function abortBy(signal: AbortSignal | undefined): { abortSignal?: AbortSignal } {
  return signal === undefined ? {} : { abortSignal: signal };
}

/** Streams a body into a file; a body that falls silent is a fault, since its socket alone would wait for ever. */
async function writeBody(
  body: Readable,
  path: string,
  options: { idleMs: number; onBytes: ((bytes: number) => void) | undefined; signal: AbortSignal | undefined },
): Promise<number> {
  let size = 0;
  const silent = (): void => {
    body.destroy(new ObjectStoreError("STORE_UNAVAILABLE", `the body fell silent for ${options.idleMs} ms`));
  };
  const timer = setTimeout(silent, options.idleMs);
  const count = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      timer.refresh();
      size += chunk.length;
      options.onBytes?.(chunk.length);
      done(null, chunk);
    },
  });
  try {
    await pipeline(
      body,
      count,
      createWriteStream(path),
      options.signal === undefined ? {} : { signal: options.signal },
    );
    return size;
  } finally {
    clearTimeout(timer);
  }
}

function unquote(etag: string | undefined): string {
  return (etag ?? "").replace(/^"|"$/g, "");
}
