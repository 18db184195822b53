import { HttpConfig, loadConfig, PublicApiConfig, RedisConfig, redisUrls } from "@lectern/service-kit";
import { type Static, Type } from "typebox";

const ConfigSchema = Type.Object({
  ...HttpConfig,
  ...PublicApiConfig,
  ...RedisConfig,
  VIEW_CACHE_MB: Type.Integer({
    default: 64,
    minimum: 1,
    maximum: 4_096,
    description: "megabytes that views may take in memory",
  }),
  RATE_LIMIT_PER_TOKEN: Type.Integer({
    default: 2_000,
    minimum: 0,
    maximum: 1_000_000,
    description: "polls a second that one token may send to a process, 0 for no limit",
  }),
  RATE_LIMIT_PER_TENANT: Type.Integer({
    default: 10_000,
    minimum: 0,
    maximum: 1_000_000,
    description: "polls a second that one tenant may send to a process, 0 for no limit",
  }),
  PROGRESS_TICKET_SECRET: Type.String({
    minLength: 32,
    description: "secret that signs tickets for streams, the same for all processes",
  }),
  STREAMS_MAX: Type.Integer({
    default: 20_000,
    minimum: 0,
    maximum: 1_000_000,
    description: "streams that a process carries, 0 for no limit",
  }),
  STREAMS_MAX_PER_TENANT: Type.Integer({
    default: 5_000,
    minimum: 0,
    maximum: 1_000_000,
    description: "streams of one tenant that a process carries, 0 for no limit",
  }),
});

export type ProgressConfig = Readonly<Static<typeof ConfigSchema> & { redis: { state: string; queue: string } }>;

const LOCAL_REDIS = "redis://127.0.0.1:6379";

/** @throws ConfigError naming the first variable that cannot be used */
export function loadProgressConfig(env: Record<string, string | undefined>): ProgressConfig {
  const config = loadConfig(ConfigSchema, env);
  return Object.freeze({ ...config, redis: redisUrls({ REDIS_URL: LOCAL_REDIS, ...config }, { readsOnly: true }) });
}
