import { randomBytes } from "node:crypto";
import { createProgressApp } from "@lectern/progress-service";
import {
  type App,
  awaitRedis,
  connectRedis,
  createLogger,
  createTokenVerifier,
  publicAuth,
} from "@lectern/service-kit";
import { Queue } from "bullmq";
import { SignJWT } from "jose";
import { Pool } from "pg";
import { BENCH_QUEUE } from "./prepare.ts";

export interface ServerSettings {
  redisUrl: string;
  databaseUrl: string;
  tenant: number;
}

/** Sent to the parent once the server answers. */
export interface Listening {
  url: string;
  token: string;
}

/** Sent back for each message: the processor time that the server has used, in microseconds. */
export interface Used {
  cpuMicros: number;
}

const settings = JSON.parse(process.argv[2] ?? "") as ServerSettings;
const secret = randomBytes(32).toString("hex");
const logger = createLogger({ service: "bench", level: "error" });
const verify = createTokenVerifier({ secret }, "media-api");
const connection = connectRedis(settings.redisUrl, "cache", logger);
await awaitRedis(connection, 5_000);
const app = await createProgressApp({ redis: connection.redis, verify, logger, corsOrigins: ["*"] });

const pool = new Pool({ connectionString: settings.databaseUrl, max: 10 });
const queue = new Queue(BENCH_QUEUE, { connection: { url: settings.redisUrl } });
const BY_ID = {
  name: "by-id",
  text: "SELECT id, status, percent, step, updated_at FROM videos WHERE tenant_id = $1 AND id = $2",
};

/** What progress is compared with, behind the same authentication. */
function comparisons(scope: App): void {
  const schema = { response: { 200: { type: "object", properties: { ok: { type: "boolean" } } } } };
  scope.get("/bench/static", { schema }, async () => ({ ok: true }));
  scope.get<{ Params: { id: string } }>("/bench/select/:id", async (request) => {
    const { rows } = await pool.query({ ...BY_ID, values: [request.tenantId, request.params.id] });
    return rows[0];
  });
  scope.get<{ Params: { id: string } }>("/bench/bullmq/:id", async (request) => {
    const job = await queue.getJob(request.params.id);
    return { id: request.params.id, progress: job?.progress };
  });
}

await app.register((scope: App, _options, done) => {
  scope.register(publicAuth, { verify });
  comparisons(scope);
  done();
});

const url = await app.listen({ host: "127.0.0.1", port: 0 });
const token = await new SignJWT({ tenant_id: settings.tenant })
  .setProtectedHeader({ alg: "HS256" })
  .setSubject("bench")
  .setAudience("media-api")
  .setExpirationTime("1h")
  .sign(new TextEncoder().encode(secret));
process.send?.({ url, token } satisfies Listening);
process.on("SIGINT", () => process.exit(0));
process.on("message", () => {
  const { user, system } = process.cpuUsage();
  process.send?.({ cpuMicros: user + system } satisfies Used);
});
