import { parseTenantId, parseVideoId, sourceObjectKey } from "@lectern/keys";
import type { Answer } from "./contract.ts";
import type { Stock, Walk } from "./stock.ts";

/** By operation: uploads in parts. */
export const MULTIPART_WALKS: Readonly<Record<string, Walk>> = {
  async openMultipartUpload(stock) {
    const id = await stock.pending(stock.tenant, null);
    for (const each of [id, id, await stock.uploaded(), stock.missing]) await open(stock, each);
  },

  async signParts(stock) {
    await refusals(stock, "signParts", { part_numbers: [1] });
    const upload = await opened(stock);
    await on(stock, "signParts", upload, { part_numbers: [1] });
    await on(stock, "signParts", upload, { part_numbers: [2] });
    await on(stock, "signParts", await assembled(stock), { part_numbers: [1] });
  },

  async listParts(stock) {
    const list = (id: number) => stock.contract.call("listParts", { tenant: stock.tenant, params: { id } });
    await list((await sent(stock)).id);
    await list(await stock.pending(stock.tenant, null));
    await list(await stock.uploaded());
    await list(stock.missing);
  },

  async recordParts(stock) {
    const parts = [{ part_number: 1, size_bytes: stock.film.length, etag: "a" }];
    await refusals(stock, "recordParts", { parts });
    const upload = await opened(stock);
    await on(stock, "recordParts", upload, { parts });
    await on(stock, "recordParts", upload, { parts: [{ ...parts[0], size_bytes: 1 }] });
    await on(stock, "recordParts", await assembled(stock), { parts });
  },

  async completeMultipartUpload(stock) {
    await refusals(stock, "completeMultipartUpload", {});
    const parts = [{ part_number: 1, size_bytes: 1, etag: "a" }];
    await on(stock, "completeMultipartUpload", await opened(stock), { parts });
    await on(stock, "completeMultipartUpload", await opened(stock), {});
    await on(stock, "completeMultipartUpload", await assembled(stock), {});
    const overtaken = await sent(stock);
    await stock.store.multipart.abort(keyOf(stock, overtaken.id), overtaken.upload_id);
    await assembleAnother(stock, overtaken.id);
    await on(stock, "completeMultipartUpload", overtaken, {});
  },

  async abortMultipartUpload(stock) {
    await on(stock, "abortMultipartUpload", await opened(stock), {});
    await on(stock, "abortMultipartUpload", { id: stock.missing, upload_id: "a" }, {});
  },
};

/** An assembled object in the store that is not the file that was announced. */
export async function assembleAnother(stock: Stock, id: number): Promise<void> {
  const { store, film } = stock;
  const bytes = Buffer.concat([film, Buffer.alloc(1)]);
  const key = keyOf(stock, id);
  const uploadId = await store.multipart.create(key, { contentType: "video/mp4" });
  const part = { uploadId, partNumber: 1, sizeBytes: bytes.length };
  const etag = await put(await store.presignPart(key, part, { expiresSeconds: 60 }), bytes);
  await store.multipart.complete(key, uploadId, [{ partNumber: 1, etag: etag.replaceAll('"', "") }]);
}

function keyOf({ tenant }: Stock, id: number): string {
  const [tenantId, videoId] = [parseTenantId(tenant), parseVideoId(id)];
  if (tenantId === null || videoId === null) throw new Error("ids that are none");
  return sourceObjectKey(tenantId, videoId);
}

interface Upload {
  readonly id: number;
  readonly upload_id: string;
}

/** Those that every call on an upload has in common. */
async function refusals(stock: Stock, operationId: string, body: object): Promise<void> {
  const { id } = await opened(stock);
  for (const each of [id, stock.missing, await stock.uploaded(), await stock.pending(stock.tenant, null)])
    await on(stock, operationId, { id: each, upload_id: "another" }, body);
}

function open(stock: Stock, id: number): Promise<Answer> {
  return stock.contract.call("openMultipartUpload", { tenant: stock.tenant, params: { id } });
}

function on(stock: Stock, operationId: string, { id, upload_id }: Upload, body: object): Promise<Answer> {
  const { contract, tenant } = stock;
  return contract.call(operationId, { tenant, params: { id }, body: { upload_id, ...body } });
}

/** Announced in the film's size: one part. */
async function opened(stock: Stock): Promise<Upload> {
  const id = await stock.announced(stock.tenant, stock.film.length);
  return { id, upload_id: (await open(stock, id)).body.upload_id };
}

/** Its part is in the store, and recorded. */
async function sent(stock: Stock): Promise<Upload> {
  const upload = await opened(stock);
  const { body } = await on(stock, "signParts", upload, { part_numbers: [1] });
  const etag = await put(body.parts[0].url, stock.film);
  await on(stock, "recordParts", upload, { parts: [{ part_number: 1, size_bytes: stock.film.length, etag }] });
  return upload;
}

async function assembled(stock: Stock): Promise<Upload> {
  const upload = await sent(stock);
  await on(stock, "completeMultipartUpload", upload, {});
  return upload;
}

async function put(url: string, bytes: Buffer): Promise<string> {
  const answer = await fetch(url, { method: "PUT", body: new Uint8Array(bytes) });
  const etag = answer.headers.get("etag");
  if (!answer.ok || etag === null) throw new Error(`PUT: ${answer.status} ${await answer.text()}`);
  return etag;
}
