import { randomBytes } from "node:crypto";
import { ENCODE_QUEUE, encodeJobId, masterPlaylistKey, parseTenantId, parseVideoId } from "@lectern/keys";
import { randomTenant, startTestSystem, type TestSystem } from "@lectern/local-stack";
import { createObjectStore } from "@lectern/object-store";
import { Worker } from "bullmq";
import { Redis } from "ioredis";
import pg from "pg";
import { film } from "../films.ts";
import { forgetTenant } from "../forget-tenant.ts";
import { serviceToken, userToken } from "./tokens.ts";
import { type Academy, FIRST_ID, type World } from "./world.ts";

/** Both APIs and two academies that have a video in each state. No worker: the states stay what they are. */
export interface Scene {
  readonly system: TestSystem;
  readonly database: pg.Pool;
  readonly redis: Redis;
  readonly world: World;
  close(): Promise<void>;
}

/** Longer than any run. */
const LOCK_MS = 24 * 3_600_000;

export async function openScene(): Promise<Scene> {
  const system = await startTestSystem({
    only: ["upload-service", "progress-service"],
    settings: { "upload-service": { DRAIN_DELAY_MS: "0" }, "progress-service": { DRAIN_DELAY_MS: "0" } },
  });
  const database = new pg.Pool({ connectionString: system.databaseUrl, max: 4 });
  const redis = new Redis(system.redis.url);
  const store = createObjectStore(system.stack.s3);
  const tenants = [randomTenant(), randomTenant()];
  const close = async () => {
    for (const tenant of tenants) await forgetTenant(store, tenant);
    store.close();
    redis.disconnect();
    await database.end();
    await system.stop();
  };
  try {
    await database.query(`ALTER TABLE videos ALTER COLUMN id RESTART WITH ${FIRST_ID}`);
    const bytes = await film(1, "160x90");
    const academies: Academy[] = [];
    for (const tenant of tenants) academies.push(await settle(system, tenant, bytes));
    const [first, second] = academies;
    if (first === undefined || second === undefined) throw new Error("two academies were to be settled");
    const { secrets } = system;
    return {
      system,
      database,
      redis,
      world: { academies: [first, second], secrets, serviceToken: serviceToken(secrets) },
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

async function settle(system: TestSystem, tenant: number, bytes: Buffer): Promise<Academy> {
  const token = userToken(system.secrets, tenant);
  const marker = randomBytes(8).toString("hex");
  const jobId = `import-${marker}`;
  const stock = new Stock(system, { tenant, token, marker, bytes });
  const still = await stock.everyState();
  const play = await stock.everyState();
  await stock.internal("/internal/v1/jobs", { tenant_id: tenant, job_id: jobId, job_type: "import" });
  return { tenant, marker, token, still, play, jobId };
}

interface Owner {
  readonly tenant: number;
  readonly token: string;
  readonly marker: string;
  readonly bytes: Buffer;
}

/** Makes videos by the services' own calls, and plays the worker. */
class Stock {
  readonly #system: TestSystem;
  readonly #owner: Owner;

  constructor(system: TestSystem, owner: Owner) {
    this.#system = system;
    this.#owner = owner;
  }

  /** PENDING, PROCESSING, READY, FAILED, deleted, UPLOADED: at work first, since a worker takes what is in the queue. */
  async everyState(): Promise<number[]> {
    const [processing, ready, failed] = [await this.#atWork(), await this.#atWork(), await this.#atWork()];
    const { tenant } = this.#owner;
    const [tenantId, readyId] = [parseTenantId(tenant), parseVideoId(ready)];
    if (tenantId === null || readyId === null) throw new Error("ids that are none");
    const run = { generation: 1, attempt: 1 };
    const hlsPath = masterPlaylistKey(tenantId, readyId, run);
    await this.#report(ready, { transition: "ready", ...run, hls_path: hlsPath, duration: 1 });
    await this.#report(failed, { transition: "failed", ...run, error_code: "SOURCE_UNREADABLE", detail: "made so" });
    const pending = await this.#create();
    const deleted = await this.#uploaded();
    await this.#public("DELETE", `/media/videos/${deleted}/`);
    return [pending, processing, ready, failed, deleted, await this.#uploaded()];
  }

  async #atWork(): Promise<number> {
    const id = await this.#uploaded();
    const connection = new Redis(this.#system.redis.url, { maxRetriesPerRequest: null });
    const worker = new Worker(ENCODE_QUEUE, null, { connection, lockDuration: LOCK_MS, skipStalledCheck: true });
    worker.on("error", () => {});
    try {
      // What was UPLOADED before waits as well, so the right one is taken by its id alone.
      for (;;) {
        const job = await worker.getNextJob(`fuzz-${id}`, { block: false });
        if (job === undefined) throw new Error(`The queue has no job for video ${id}.`);
        if (job.id === String(encodeJobId(id as never, 1))) break;
      }
    } finally {
      await worker.close();
      connection.disconnect();
    }
    await this.#report(id, { transition: "processing", generation: 1 });
    return id;
  }

  async #uploaded(): Promise<number> {
    const id = await this.#create();
    await this.#public("POST", `/media/videos/${id}/upload/complete/`);
    return id;
  }

  async #create(): Promise<number> {
    const { marker, bytes } = this.#owner;
    const created = (await this.#public("POST", "/media/videos/", {
      title: `Lecture ${marker}`,
      filename: `${marker}.mp4`,
      content_type: "video/mp4",
      size_bytes: bytes.length,
    })) as { id: number; upload: { url: string; headers: Record<string, string> } };
    const { url, headers } = created.upload;
    const put = await fetch(url, { method: "PUT", headers, body: new Uint8Array(bytes) });
    if (!put.ok) throw new Error(`PUT: ${put.status}`);
    return created.id;
  }

  #report(id: number, transition: object): Promise<unknown> {
    const whose = { tenant_id: this.#owner.tenant, run_token: `fuzz-${id}` };
    return this.internal(`/internal/v1/videos/${id}/transitions`, { ...whose, ...transition });
  }

  internal(path: string, body: object): Promise<unknown> {
    return call(this.#system.urls.internal + path, "POST", serviceToken(this.#system.secrets), body);
  }

  #public(method: string, path: string, body?: object): Promise<unknown> {
    return call(this.#system.urls.upload + path, method, this.#owner.token, body);
  }
}

async function call(url: string, method: string, token: string, body?: object): Promise<unknown> {
  const answer = await fetch(url, {
    method,
    headers: { authorization: `Bearer ${token}`, ...(body && { "content-type": "application/json" }) },
    ...(body && { body: JSON.stringify(body) }),
  });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${method} ${url}: ${answer.status} ${text}`);
  return JSON.parse(text || "null");
}
