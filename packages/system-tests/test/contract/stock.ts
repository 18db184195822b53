import { randomUUID } from "node:crypto";
import type { CreatedVideo } from "@lectern/contracts";
import { masterPlaylistKey, parseTenantId, parseVideoId } from "@lectern/keys";
import { randomTenant } from "@lectern/local-stack";
import type { ObjectStore } from "@lectern/object-store";
import type { Answer, Contract } from "./contract.ts";

/** What the walked system takes at most. */
export const MAX_UPLOAD_BYTES = 1024 * 1024;

/** What walks begin from: videos in the state that they need, made by the documented operations themselves. */
export class Stock {
  readonly contract: Contract;
  readonly store: ObjectStore;
  readonly film: Buffer;
  /** Every tenant that anything was made for. */
  readonly tenants = new Set<number>();
  readonly tenant: number;

  constructor(contract: Contract, store: ObjectStore, film: Buffer) {
    this.contract = contract;
    this.store = store;
    this.film = film;
    this.tenant = this.newTenant();
  }

  newTenant(): number {
    const tenant = randomTenant();
    this.tenants.add(tenant);
    return tenant;
  }

  /** An id that no video has. */
  readonly missing = 999_999_999;

  /** PENDING, without a file. */
  async announced(tenant = this.tenant, bytes = 1): Promise<number> {
    return (await this.#create(tenant, bytes)).id;
  }

  /** PENDING, with `bytes` in the store; null: without a file. */
  async pending(tenant = this.tenant, bytes: Buffer | null = this.film): Promise<number> {
    const { upload, id } = await this.#create(tenant, Math.min(bytes?.length ?? 1, MAX_UPLOAD_BYTES));
    if (bytes === null) return id;
    const put = await fetch(upload.url, {
      method: upload.method,
      headers: upload.headers,
      body: new Uint8Array(bytes),
    });
    if (!put.ok) throw new Error(`PUT: ${put.status}`);
    return id;
  }

  async uploaded(tenant = this.tenant): Promise<number> {
    const id = await this.pending(tenant);
    await this.ok("completeUpload", { tenant, params: { id } });
    return id;
  }

  async processing(tenant = this.tenant): Promise<number> {
    const id = await this.uploaded(tenant);
    await this.report(id, { transition: "processing" }, tenant);
    return id;
  }

  async failed(tenant = this.tenant): Promise<number> {
    const id = await this.processing(tenant);
    await this.report(id, { transition: "failed", attempt: 1, error_code: "ENCODE_FAILED" }, tenant);
    return id;
  }

  async ready(tenant = this.tenant): Promise<number> {
    const id = await this.processing(tenant);
    await this.report(id, { transition: "ready", attempt: 1, hls_path: masterOf(tenant, id), duration: 1 }, tenant);
    return id;
  }

  /** PENDING, with more in the store than is taken. */
  tooLarge(): Promise<number> {
    return this.pending(this.tenant, Buffer.alloc(MAX_UPLOAD_BYTES + 1));
  }

  /** A tenant of its own, with these limits. */
  async limited(limits: object): Promise<number> {
    const tenant = this.newTenant();
    await this.limit(tenant, limits);
    return tenant;
  }

  async limit(tenant: number, limits: object): Promise<void> {
    await this.ok("setTenantLimits", { params: { id: tenant }, body: limits });
  }

  /** A job of another team's worker, recorded and not begun. */
  async job(): Promise<string> {
    const id = `import-${randomUUID()}`;
    await this.ok("recordJob", { body: { tenant_id: this.tenant, job_id: id, job_type: "import" } });
    return id;
  }

  /** What the worker of the first run says. */
  report(id: number, transition: object, tenant = this.tenant): Promise<Answer> {
    const body = { tenant_id: tenant, generation: 1, run_token: `run-${id}`, ...transition };
    return this.contract.call("transitionVideo", { params: { id }, body });
  }

  async #create(tenant: number, bytes: number): Promise<CreatedVideo> {
    const body = { title: "Lecture", filename: "a.mp4", content_type: "video/mp4", size_bytes: bytes };
    return (await this.ok("createVideo", { tenant, body })).body;
  }

  /** @throws where it is refused */
  async ok(...call: Parameters<Contract["call"]>): Promise<Answer> {
    const answer = await this.contract.call(...call);
    if (answer.status >= 400) throw new Error(`${call[0]}: ${answer.status} ${JSON.stringify(answer.body)}`);
    return answer;
  }
}

export function masterOf(tenant: number, id: number): string {
  const [tenantId, videoId] = [parseTenantId(tenant), parseVideoId(id)];
  if (tenantId === null || videoId === null) throw new Error("ids that are none");
  return masterPlaylistKey(tenantId, videoId, { generation: 1, attempt: 1 });
}

/** Takes an operation to each of its own answers; those that every operation has are made elsewhere. */
export type Walk = (stock: Stock) => Promise<void>;
