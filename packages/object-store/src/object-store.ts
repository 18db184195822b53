import { createHash } from "node:crypto";
import { Readable } from "node:stream";
import {
  DeleteObjectsCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
} from "@aws-sdk/client-s3";
import { getSignedUrl } from "@aws-sdk/s3-request-presigner";
import { createClient, type ObjectStoreOptions } from "./client.ts";
import { fetchToFile } from "./download.ts";
import { faultOf, ObjectStoreError, storeError } from "./errors.ts";
import { IDLE_MS, limited, sendingLimit } from "./limits.ts";
import { createMultipartStore, type MultipartStore } from "./multipart.ts";
import { createSigner } from "./signer.ts";

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
export type ReadOutcome = { kind: "found"; bytes: Uint8Array } | { kind: "missing" };
export type DownloadOutcome = { kind: "downloaded"; size: number } | { kind: "missing" } | { kind: "changed" };

interface CallOptions {
  signal?: AbortSignal;
}

export interface ObjectStore {
  head(key: string, options?: CallOptions): Promise<HeadOutcome>;
  /** A small object, whole; one above `mostBytes` is a fault. */
  read(key: string, options: CallOptions & { mostBytes: number }): Promise<ReadOutcome>;
  /**
   * Fetches to a file. `changed`: the object no longer has the ETag `ifMatch`. `onReceived` hears how many bytes of the
   * object are there. `resume`: the file holds what earlier calls for the same ETag got; only the rest is fetched.
   */
  download(
    key: string,
    path: string,
    options: CallOptions & { ifMatch: string; resume?: boolean; onReceived?: (bytes: number) => void },
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
  /** A URL for a browser's GET, signed as of `signedAt` (now) by our clock: the same moment gives the same URL. */
  presignPublicGet(key: string, options: { expiresSeconds: number; signedAt?: Date }): Promise<string>;
  /** A URL for a browser's PUT of one part of exactly `sizeBytes`. */
  presignPart(
    key: string,
    part: { uploadId: string; partNumber: number; sizeBytes: number },
    options: { expiresSeconds: number },
  ): Promise<string>;
  readonly multipart: MultipartStore;
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
  const idleMs = options.idleTimeoutMs ?? IDLE_MS;
  /** The store's time as far as its answers have told it: an address that is signed with a wrong clock is refused. */
  const signingDate = (): Date => new Date(Date.now() + client.config.systemClockOffset);

  const signForBrowsers = createSigner(options, publicEndpoint);

  return {
    multipart: createMultipartStore(client, Bucket),

    async head(key, { signal } = {}) {
      try {
        const answer = await client.send(new HeadObjectCommand({ Bucket, Key: key }), limited(signal));
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

    async read(key, { mostBytes, signal }) {
      try {
        const answer = await client.send(new GetObjectCommand({ Bucket, Key: key }), limited(signal));
        if (answer.Body === undefined || (answer.ContentLength ?? 0) > mostBytes) {
          if (answer.Body instanceof Readable) answer.Body.destroy();
          throw new ObjectStoreError(
            "STORE_REJECTED",
            `GET ${key}: ${answer.ContentLength} bytes, at most ${mostBytes}`,
          );
        }
        return { kind: "found", bytes: await answer.Body.transformToByteArray() };
      } catch (error) {
        if (faultOf(error).status === 404) return { kind: "missing" };
        throw storeError(`GET ${key}`, error, signal);
      }
    },

    async download(key, path, { ifMatch, onReceived, resume = false, signal }) {
      try {
        const size = await fetchToFile(client, Bucket, { key, path, ifMatch, resume, idleMs, onReceived, signal });
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
      const limitMs = sendingLimit(bytes.byteLength);
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
          // The client's own limit counts from the first byte sent to the answer: a slow line is not a store that hangs.
          { ...limited(signal, limitMs), requestTimeout: limitMs },
        );
        return { size: bytes.byteLength, md5: digest.toString("hex") };
      } catch (error) {
        throw storeError(`PUT ${key}`, error, signal);
      }
    },

    async *list(prefix, { signal } = {}) {
      try {
        let ContinuationToken: string | undefined;
        do {
          const page = await client.send(
            new ListObjectsV2Command({ Bucket, Prefix: prefix, ContinuationToken }),
            limited(signal),
          );
          for (const item of page.Contents ?? [])
            if (item.Key !== undefined) yield { key: item.Key, size: item.Size ?? 0, etag: unquote(item.ETag) };
          ContinuationToken = page.NextContinuationToken;
        } while (ContinuationToken !== undefined);
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
            limited(signal),
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
          signingDate: signingDate(),
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
      return getSignedUrl(client, command, { expiresIn: expiresSeconds, signingDate: signingDate() });
    },

    presignPublicGet: (key, { expiresSeconds, signedAt = new Date() }) => {
      const signingDate = new Date(signedAt.getTime() + client.config.systemClockOffset);
      return signForBrowsers({ method: "GET", key, expiresSeconds, signingDate });
    },

    presignPart: (key, { uploadId, partNumber, sizeBytes }, { expiresSeconds }) =>
      signForBrowsers({
        method: "PUT",
        key,
        query: { "x-id": "UploadPart", partNumber: String(partNumber), uploadId },
        // Signed, so that the store itself refuses a part of another size.
        headers: { "content-length": String(sizeBytes) },
        expiresSeconds,
        signingDate: signingDate(),
      }),

    close() {
      client.destroy();
      publicClient.destroy();
    },
  };
}

function unquote(etag: string | undefined): string {
  return (etag ?? "").replace(/^"|"$/g, "");
}
