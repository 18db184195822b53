import { S3Client } from "@aws-sdk/client-s3";
import { NodeHttpHandler } from "@smithy/node-http-handler";
import { IDLE_MS } from "./limits.ts";

export interface ObjectStoreOptions {
  /** What services use. */
  endpoint: string;
  /** What browsers' URLs are signed for; the services' own when left out. */
  publicEndpoint?: string;
  /** R2 takes `auto`. */
  region: string;
  bucket: string;
  accessKeyId: string;
  secretAccessKey: string;
  /** Longest silence on a connection, in milliseconds; default 20,000. */
  idleTimeoutMs?: number;
  /** How often a call is tried before it counts as failed; default 3. Who repeats calls anyway takes 1. */
  maxAttempts?: number;
}

/** An S3 client as R2 needs it; every default below has bitten somebody. */
export function createClient(options: ObjectStoreOptions, endpoint: string): S3Client {
  const idle = options.idleTimeoutMs ?? IDLE_MS;
  return new S3Client({
    endpoint,
    region: options.region,
    forcePathStyle: true,
    credentials: { accessKeyId: options.accessKeyId, secretAccessKey: options.secretAccessKey },
    maxAttempts: options.maxAttempts ?? 3,
    // Otherwise the SDK adds CRC32 checksums that R2 answers with 501, and bakes that of an empty body into presigned PUTs.
    requestChecksumCalculation: "WHEN_REQUIRED",
    responseChecksumValidation: "WHEN_REQUIRED",
    // Otherwise a PUT over 2 MB waits for a "100 Continue" that not every store sends.
    expectContinueHeader: false,
    // The SDK's own default is to wait for ever.
    requestHandler: new NodeHttpHandler({
      connectionTimeout: Math.min(3_000, idle),
      socketTimeout: idle,
      requestTimeout: idle,
      throwOnRequestTimeout: true,
    }),
  });
}
