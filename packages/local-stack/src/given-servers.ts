import { publicReadUrlOf, type StoreAddress } from "./store.ts";

type Env = Readonly<Record<string, string | undefined>>;

function required(env: Env, name: string, because: string): string {
  const value = env[name];
  if (value === undefined || value === "") throw new Error(`${name} must be set as well where ${because} is.`);
  return value;
}

/** Servers that the environment names; null where the stack has to bring its own. */
export interface GivenServers {
  readonly databaseUrl: string | null;
  readonly redisUrl: string | null;
  readonly store: StoreAddress | null;
  readonly containers: boolean;
}

/** Reads DATABASE_URL, REDIS_URL, S3_* and STACK. Throws a sentence where something is missing or unknown. */
export function readGivenServers(env: Env): GivenServers {
  const stack = env.STACK ?? "";
  if (stack !== "" && stack !== "containers") throw new Error(`STACK can only be "containers", not "${stack}".`);
  return {
    databaseUrl: env.DATABASE_URL || null,
    redisUrl: env.REDIS_URL || null,
    store: env.S3_ENDPOINT ? readStore(env, env.S3_ENDPOINT) : null,
    containers: stack === "containers",
  };
}

function readStore(env: Env, endpoint: string): StoreAddress {
  const bucket = required(env, "S3_BUCKET", "S3_ENDPOINT");
  return {
    endpoint,
    bucket,
    region: env.S3_REGION || "auto",
    accessKeyId: required(env, "S3_ACCESS_KEY_ID", "S3_ENDPOINT"),
    secretAccessKey: required(env, "S3_SECRET_ACCESS_KEY", "S3_ENDPOINT"),
    publicReadUrl: env.S3_PUBLIC_READ_URL || publicReadUrlOf({ endpoint, bucket }),
  };
}
