import path from "node:path";
import type { DevSecrets } from "./dev-secrets.ts";
import { ROOT } from "./paths.ts";
import { freePort } from "./ports.ts";
import type { StoreAddress } from "./store.ts";

export const SERVICE_NAMES = ["upload-service", "progress-service", "encode-worker"] as const;
export type ServiceName = (typeof SERVICE_NAMES)[number];

/** How to run one service: chosen once, so that it comes back on the same ports. */
export interface ServiceSpec {
  readonly name: ServiceName | "console";
  readonly entry: string;
  readonly env: Readonly<Record<string, string>>;
  readonly readyUrl: string;
  readonly graceMs: number;
}

export interface SystemUrls {
  readonly upload: string;
  readonly internal: string;
  readonly progress: string;
}

export interface SystemParts {
  readonly databaseUrl: string;
  readonly redisUrl: string;
  readonly s3: StoreAddress;
  readonly ffmpeg: string;
  readonly ffprobe: string;
  readonly secrets: DevSecrets;
  readonly scratchDir: string;
  /** How many encode-workers; default 1. */
  readonly workers?: number;
  /** Files to run in the place of a service's own `main.ts`. */
  readonly entries?: Partial<Record<ServiceName, string>>;
  /** Further variables of a service, or others than are planned here. */
  readonly settings?: Partial<Record<ServiceName, Readonly<Record<string, string>>>>;
  /** Further variables of each worker, in their order. */
  readonly workerSettings?: readonly Readonly<Record<string, string>>[];
}

/** Every variable that says where something is or holds a secret: a service gets its own, and none of the others'. */
const OWN_VARIABLES =
  /^(p?npm_.*|DATABASE_URL|REDIS_(STATE_|QUEUE_)?URL|S3_.*|JWT_.*|INTERNAL_JWT_SECRET|PROGRESS_TICKET_SECRET|PUBLIC_URL|PLAYBACK_(TICKET_SECRET|CDN_.*)|HOST|PORT|INTERNAL_PORT|HEALTH_PORT|UPLOAD_INTERNAL_URL|CORS_ORIGINS|FF(MPEG|PROBE)_PATH|SCRATCH_DIR|STACK)$/i;

/** What a service inherits: settings that somebody chose (LOG_LEVEL and the like), but no address and no secret. */
export function inheritedEnvironment(env: NodeJS.ProcessEnv): Record<string, string> {
  return Object.fromEntries(
    Object.entries(env).flatMap(([name, value]) =>
      value === undefined || OWN_VARIABLES.test(name) ? [] : [[name, value]],
    ),
  );
}

/** Plans the services on free ports. Only the upload-service gets the database, and the worker no user secret. */
export async function planServices(parts: SystemParts): Promise<{ urls: SystemUrls; specs: readonly ServiceSpec[] }> {
  const [uploadPort, internalPort, progressPort] = await Promise.all([freePort(), freePort(), freePort()]);
  const healthPorts = await Promise.all(Array.from({ length: parts.workers ?? 1 }, freePort));
  const local = (port: number) => `http://127.0.0.1:${port}`;
  const urls = { upload: local(uploadPort), internal: local(internalPort), progress: local(progressPort) };
  const redis = { REDIS_URL: parts.redisUrl };
  const media = { FFMPEG_PATH: parts.ffmpeg, FFPROBE_PATH: parts.ffprobe };
  const browsers = { JWT_HS256_SECRET: parts.secrets.jwt, CORS_ORIGINS: "*", API_DOCS: "on" };
  const internal = { INTERNAL_JWT_SECRET: parts.secrets.internalJwt };
  const store = {
    S3_ENDPOINT: parts.s3.endpoint,
    S3_PUBLIC_ENDPOINT: parts.s3.endpoint,
    S3_REGION: parts.s3.region,
    S3_BUCKET: parts.s3.bucket,
    S3_ACCESS_KEY_ID: parts.s3.accessKeyId,
    S3_SECRET_ACCESS_KEY: parts.s3.secretAccessKey,
  };
  const listen = (port: number) => ({ HOST: "127.0.0.1", PORT: String(port) });
  const spec = (name: ServiceName, readyUrl: string, graceMs: number, env: Record<string, string>): ServiceSpec => ({
    name,
    entry: parts.entries?.[name] ?? path.join(ROOT, "services", name, "src/main.ts"),
    env: { ...env, ...parts.settings?.[name] },
    readyUrl: `${readyUrl}/readyz`,
    graceMs,
  });
  return {
    urls,
    specs: [
      spec("upload-service", urls.upload, 15_000, {
        ...listen(uploadPort),
        INTERNAL_PORT: String(internalPort),
        DATABASE_URL: parts.databaseUrl,
        ...redis,
        ...store,
        ...media,
        ...browsers,
        ...internal,
        PLAYBACK_TICKET_SECRET: parts.secrets.playback,
      }),
      spec("progress-service", urls.progress, 15_000, {
        ...listen(progressPort),
        ...redis,
        ...browsers,
        PROGRESS_TICKET_SECRET: parts.secrets.ticket,
      }),
      ...healthPorts.map((healthPort, index) =>
        spec("encode-worker", local(healthPort), 20_000, {
          HOST: "127.0.0.1",
          HEALTH_PORT: String(healthPort),
          UPLOAD_INTERNAL_URL: urls.internal,
          SCRATCH_DIR: parts.scratchDir,
          ...redis,
          ...store,
          ...media,
          ...internal,
          ...parts.workerSettings?.[index],
        }),
      ),
    ],
  };
}
