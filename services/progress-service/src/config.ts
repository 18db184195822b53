import { HttpConfig, loadConfig, PublicApiConfig } from "@lectern/service-kit";
import { type Static, Type } from "typebox";

const RedisUrl = Type.String({ pattern: "^rediss?://" });

const ConfigSchema = Type.Object({
  ...HttpConfig,
  ...PublicApiConfig,
  REDIS_URL: { ...RedisUrl, default: "redis://127.0.0.1:6379", description: "redis:// URL of Redis" },
  REDIS_STATE_URL: Type.Optional({
    ...RedisUrl,
    description: "redis:// URL of the Redis that holds status and progress",
  }),
});

export type ProgressConfig = Readonly<Static<typeof ConfigSchema>>;

/** @throws ConfigError naming the first variable that cannot be used */
export function loadProgressConfig(env: Record<string, string | undefined>): ProgressConfig {
  return loadConfig(ConfigSchema, env);
}
