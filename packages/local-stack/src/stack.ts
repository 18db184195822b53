import { Parts } from "./parts.ts";
import type { StoreAddress } from "./store.ts";

/** PostgreSQL, Redis and an object store, all answering. */
export interface Stack {
  readonly dir: string;
  /** A superuser's URL of the database `postgres`, unless DATABASE_URL named another. */
  readonly databaseUrl: string;
  readonly redisUrl: string;
  readonly s3: StoreAddress;
  /** Where further processes of the same stack are noted, so that none outlives its owner. */
  readonly ledger: Parts["ledger"];
  /** Ends everything. Can be called twice. */
  stop(): Promise<void>;
}

export interface StackOptions {
  /** Its own for each stack: throws FolderInUseError while another living process has it. */
  readonly dir: string;
  /** Keeps the data for the next start; else the folder goes at the end. */
  readonly persistent: boolean;
  /** Default: `<dir>/logs`. */
  readonly logs?: string;
}

/** Starts what the environment (DATABASE_URL, REDIS_URL, S3_ENDPOINT, STACK) does not bring. */
export async function startStack(options: StackOptions): Promise<Stack> {
  const parts = await Parts.open(options.dir, options);
  try {
    const [databaseUrl, redisUrl, s3] = await Promise.all([parts.database(), parts.redis(), parts.store()]);
    return { dir: options.dir, databaseUrl, redisUrl, s3, ledger: parts.ledger, stop: () => parts.stop() };
  } catch (error) {
    await parts.stop();
    throw error;
  }
}
