import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  ListMultipartUploadsCommand,
  type ListMultipartUploadsCommandInput,
  type ListMultipartUploadsCommandOutput,
  ListPartsCommand,
  type S3Client,
} from "@aws-sdk/client-s3";
import { faultOf, ObjectStoreError, storeError } from "./errors.ts";
import { limited } from "./limits.ts";

/** ETags are given without their quotes, and taken with or without. */
export interface StoredPart {
  partNumber: number;
  etag: string;
}

/**
 * - `missing`: the store has no such upload: assembled before, aborted, or dropped for its age;
 * - `refused`: a part is not there, or is not the one that its ETag names (`InvalidPart`, `EntityTooSmall` and the like).
 */
export type AssemblyOutcome =
  | { kind: "assembled"; etag: string }
  | { kind: "missing" }
  | { kind: "refused"; reason: string };

export type ListPartsOutcome =
  | { kind: "listed"; parts: (StoredPart & { size: number })[] }
  | { kind: "missing" }
  /** A store without that call: Cloudflare's local R2. */
  | { kind: "unsupported" };

export interface OpenMultipart {
  key: string;
  uploadId: string;
}

interface CallOptions {
  signal?: AbortSignal;
}

export interface MultipartStore {
  /** Gives the upload's id. */
  create(key: string, options: CallOptions & { contentType: string }): Promise<string>;
  /** Assembles the parts, which are given in the order of their numbers. */
  complete(
    key: string,
    uploadId: string,
    parts: readonly StoredPart[],
    options?: CallOptions,
  ): Promise<AssemblyOutcome>;
  /** Drops the upload and its parts; also fine with what is not there. What was assembled stays. */
  abort(key: string, uploadId: string, options?: CallOptions): Promise<void>;
  listParts(key: string, uploadId: string, options?: CallOptions): Promise<ListPartsOutcome>;
  /** Uploads that are open below a prefix; null from a store without that call. */
  listOpen(prefix: string, options?: CallOptions): Promise<OpenMultipart[] | null>;
}

/** S3 takes minutes to assemble ten thousand parts; R2 takes seconds. */
const ASSEMBLY_MS = 120_000;
const NO_SUCH_UPLOAD = "NoSuchUpload";

export function createMultipartStore(client: S3Client, Bucket: string): MultipartStore {
  return {
    async create(key, { contentType, signal }) {
      try {
        const answer = await client.send(
          new CreateMultipartUploadCommand({ Bucket, Key: key, ContentType: contentType }),
          limited(signal),
        );
        if (answer.UploadId === undefined)
          throw new ObjectStoreError("STORE_UNAVAILABLE", `multipart ${key}: the answer names no upload`);
        return answer.UploadId;
      } catch (error) {
        throw storeError(`multipart ${key}`, error, signal);
      }
    },

    async complete(key, uploadId, parts, { signal } = {}) {
      const Parts = parts.map(({ partNumber, etag }) => ({ PartNumber: partNumber, ETag: `"${etag}"` }));
      try {
        const answer = await client.send(
          new CompleteMultipartUploadCommand({ Bucket, Key: key, UploadId: uploadId, MultipartUpload: { Parts } }),
          { ...limited(signal, ASSEMBLY_MS), requestTimeout: ASSEMBLY_MS },
        );
        return { kind: "assembled", etag: (answer.ETag ?? "").replace(/^"|"$/g, "") };
      } catch (error) {
        const { name, status } = faultOf(error);
        if (name === NO_SUCH_UPLOAD) return { kind: "missing" };
        if (status === 400) return { kind: "refused", reason: name };
        throw storeError(`assemble ${key}`, error, signal);
      }
    },

    async abort(key, uploadId, { signal } = {}) {
      try {
        await client.send(new AbortMultipartUploadCommand({ Bucket, Key: key, UploadId: uploadId }), limited(signal));
      } catch (error) {
        if (faultOf(error).name === NO_SUCH_UPLOAD) return;
        throw storeError(`abort ${key}`, error, signal);
      }
    },

    async listParts(key, uploadId, { signal } = {}) {
      try {
        const parts: (StoredPart & { size: number })[] = [];
        let marker: string | undefined;
        do {
          const page = await client.send(
            new ListPartsCommand({ Bucket, Key: key, UploadId: uploadId, PartNumberMarker: marker }),
            limited(signal),
          );
          for (const { PartNumber, ETag, Size } of page.Parts ?? [])
            if (PartNumber !== undefined)
              parts.push({ partNumber: PartNumber, etag: (ETag ?? "").replace(/^"|"$/g, ""), size: Size ?? 0 });
          marker = page.IsTruncated === true ? page.NextPartNumberMarker : undefined;
        } while (marker !== undefined);
        return { kind: "listed", parts };
      } catch (error) {
        const { name, status } = faultOf(error);
        if (name === NO_SUCH_UPLOAD) return { kind: "missing" };
        if (status === 501) return { kind: "unsupported" };
        throw storeError(`parts of ${key}`, error, signal);
      }
    },

    async listOpen(prefix, { signal } = {}) {
      try {
        const open: OpenMultipart[] = [];
        let marker: Pick<ListMultipartUploadsCommandInput, "KeyMarker" | "UploadIdMarker"> | undefined = {};
        while (marker !== undefined) {
          const page: ListMultipartUploadsCommandOutput = await client.send(
            new ListMultipartUploadsCommand({ Bucket, Prefix: prefix, ...marker }),
            limited(signal),
          );
          for (const { Key, UploadId } of page.Uploads ?? [])
            if (Key !== undefined && UploadId !== undefined) open.push({ key: Key, uploadId: UploadId });
          marker =
            page.IsTruncated === true && page.NextKeyMarker !== undefined
              ? { KeyMarker: page.NextKeyMarker, UploadIdMarker: page.NextUploadIdMarker }
              : undefined;
        }
        return open;
      } catch (error) {
        if (faultOf(error).status === 501) return null;
        throw storeError(`open uploads below ${prefix}`, error, signal);
      }
    },
  };
}
