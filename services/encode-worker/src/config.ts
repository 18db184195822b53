import { ConfigError, HttpConfig, loadConfig, RedisConfig, redisUrls, StoreConfig } from "@lectern/service-kit";
import { type Static, Type } from "typebox";

/** Every variable of the service; README.md explains them. */
export const WorkerConfig = Type.Object({
  ...RedisConfig,
  UPLOAD_INTERNAL_URL: Type.String({
    pattern: "^https?://",
    description: "URL of upload-service's internal API",
  }),
  INTERNAL_JWT_SECRET: Type.String({ minLength: 32, description: "secret that signs tokens between services" }),
  ...StoreConfig,
  FFMPEG_PATH: Type.String({ pattern: "^/", description: "absolute path of ffmpeg" }),
  FFPROBE_PATH: Type.String({ pattern: "^/", description: "absolute path of ffprobe" }),
  SCRATCH_DIR: Type.String({
    pattern: "^/",
    default: "/tmp/lectern-encode",
    description: "absolute path of a folder for files under work",
  }),
  CONCURRENCY: Type.Integer({ default: 1, minimum: 1, maximum: 64, description: "jobs at once in this process" }),
  PATIENCE_SECONDS: Type.Integer({ default: 7_200, minimum: 1, description: "how long one passing fault may last" }),
  ONCE_WAIT_SECONDS: Type.Integer({
    default: 10,
    minimum: 0,
    maximum: 3_600,
    description: "how long --once waits for a job",
  }),
  MAX_DURATION_SECONDS: Type.Integer({ default: 43_200, minimum: 1, description: "longest lecture" }),
  WALL_TIME_FACTOR: Type.Number({ default: 20, minimum: 1, description: "longest encode, in lengths of the lecture" }),
  MEMORY_LIMIT_MB: Type.Integer({ default: 8_192, minimum: 256, description: "address space of one ffmpeg, in MiB" }),
  X264_PRESET: Type.Unsafe<Preset>({
    type: "string",
    enum: ["ultrafast", "superfast", "veryfast", "faster", "fast", "medium", "slow", "slower"],
    default: "veryfast",
    description: "x264's preset: speed against size",
  }),
  LOUDNESS_LUFS: Type.String({
    pattern: "^(off|-[0-9]{1,2}(\\.[0-9])?)$",
    default: "-16",
    description: "loudness that sound is brought to, in LUFS, or off",
  }),
  HEALTH_PORT: Type.Optional(
    Type.Integer({ minimum: 0, maximum: 65535, description: "port of /healthz, /readyz and /metrics" }),
  ),
  HOST: HttpConfig.HOST,
  LOG_LEVEL: HttpConfig.LOG_LEVEL,
});
type Preset = "ultrafast" | "superfast" | "veryfast" | "faster" | "fast" | "medium" | "slow" | "slower";

export type WorkerConfig = Readonly<Static<typeof WorkerConfig>> & { readonly redis: { state: string; queue: string } };

/** @throws ConfigError with one sentence that names the first bad variable */
export function readConfig(env: Record<string, string | undefined>): WorkerConfig {
  const config = loadConfig(WorkerConfig, env);
  return Object.freeze({ ...config, redis: redisUrls(config) });
}

export type Mode = "service" | "once" | "drain";

/** @throws ConfigError for an argument that is none */
export function readMode(args: readonly string[]): Mode {
  if (args.length === 0) return "service";
  if (args.length === 1 && args[0] === "--once") return "once";
  if (args.length === 1 && args[0] === "--drain") return "drain";
  throw new ConfigError(`The arguments ${args.join(" ")} cannot be used: give --once, --drain or nothing.`);
}
