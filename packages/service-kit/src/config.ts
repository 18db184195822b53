import { envSchema } from "env-schema";
import { type Static, type TObject, Type } from "typebox";

/** A variable that is set but unusable; the message names it and says what it should be. */
export class ConfigError extends Error {
  readonly code = "CONFIG_INVALID";
}

/**
 * Reads a service's configuration once, from an environment-like object, and freezes it.
 *
 * An empty variable counts as absent, since compose files write `NAME: ${NAME:-}`.
 * @throws ConfigError with one sentence that names the first bad variable
 */
export function loadConfig<T extends TObject>(schema: T, env: Record<string, string | undefined>): Readonly<Static<T>> {
  const data = Object.fromEntries(
    Object.entries(env).filter(([name, value]) => name in schema.properties && value !== undefined && value !== ""),
  );
  for (const name of schema.required ?? []) {
    const field = schema.properties[name];
    if (!(name in data) && field && !("default" in field))
      throw new ConfigError(`${name} is not set: ${describe(field)}.`);
  }
  try {
    return Object.freeze(envSchema<Static<T>>({ schema, data, dotenv: false, env: false }));
  } catch (cause) {
    const name = nameOf(cause);
    const field = name === undefined ? undefined : schema.properties[name];
    throw new ConfigError(
      name && field
        ? `${name} has a value that cannot be used: ${describe(field)}.`
        : `The configuration is invalid: ${String(cause)}`,
      { cause },
    );
  }
}

function nameOf(cause: unknown): string | undefined {
  if (!(cause instanceof Error) || !("errors" in cause) || !Array.isArray(cause.errors)) return undefined;
  const path: unknown = cause.errors[0]?.instancePath;
  return typeof path === "string" ? path.slice(1) : undefined;
}

function describe(field: object): string {
  const parts: string[] = [];
  if ("description" in field) parts.push(String(field.description));
  if ("enum" in field && Array.isArray(field.enum)) parts.push(`one of ${field.enum.join(", ")}`);
  if ("minimum" in field) parts.push(`at least ${field.minimum}`);
  if ("maximum" in field) parts.push(`at most ${field.maximum}`);
  if ("minLength" in field) parts.push(`at least ${field.minLength} characters`);
  return parts.length > 0 ? parts.join(", ") : "a value is required";
}

/** The variables that every HTTP service has. */
export const HttpConfig = {
  HOST: Type.String({ default: "127.0.0.1", description: "address to listen on" }),
  PORT: Type.Integer({ default: 3000, minimum: 0, maximum: 65535, description: "port to listen on, 0 for a free one" }),
  LOG_LEVEL: Type.Unsafe<LogLevel>({
    type: "string",
    enum: ["fatal", "error", "warn", "info", "debug", "trace", "silent"],
    default: "info",
    description: "least level that is logged",
  }),
};
export type LogLevel = "fatal" | "error" | "warn" | "info" | "debug" | "trace" | "silent";

/** The variables of a public API. */
export const PublicApiConfig = {
  DRAIN_DELAY_MS: Type.Integer({
    default: 1_000,
    minimum: 0,
    maximum: 60_000,
    description: "milliseconds between turning unready and refusing connections",
  }),
  CORS_ORIGINS: Type.String({ default: "", description: "origins that may call, separated by commas, or *" }),
  API_DOCS: Type.Unsafe<"on" | "off">({
    type: "string",
    enum: ["on", "off"],
    default: "off",
    description: "whether a page at /docs shows the API",
  }),
  JWT_HS256_SECRET: Type.Optional(Type.String({ minLength: 32, description: "shared secret of user tokens" })),
  JWT_JWKS_URL: Type.Optional(
    Type.String({ pattern: "^https?://", description: "URL of the key set that signs user tokens" }),
  ),
};

/** The object store as our services reach it. */
export const StoreConfig = {
  S3_ENDPOINT: Type.String({ pattern: "^https?://", description: "URL of the object store" }),
  S3_REGION: Type.String({ default: "auto", description: "region of the object store; R2 takes auto" }),
  S3_BUCKET: Type.String({ minLength: 1, description: "bucket of sources and output" }),
  S3_ACCESS_KEY_ID: Type.String({ minLength: 1, description: "access key of the object store" }),
  S3_SECRET_ACCESS_KEY: Type.String({ minLength: 1, description: "secret key of the object store" }),
};
