import type { StoreAddress } from "./store.ts";

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
  const endpoint = env.S3_ENDPOINT || null;
  return {
    databaseUrl: env.DATABASE_URL || null,
    redisUrl: env.REDIS_URL || null,
    store:
      endpoint === null
        ? null
        : {
            endpoint,
            region: env.S3_REGION || "auto",
            bucket: required(env, "S3_BUCKET", "S3_ENDPOINT"),
            accessKeyId: required(env, "S3_ACCESS_KEY_ID", "S3_ENDPOINT"),
            secretAccessKey: required(env, "S3_SECRET_ACCESS_KEY", "S3_ENDPOINT"),
            publicReadUrl: env.S3_PUBLIC_READ_URL || null,
          },
    containers: stack === "containers",
  };
}
