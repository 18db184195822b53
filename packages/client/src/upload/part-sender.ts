import { insist } from "../insist.ts";
import type { MultipartUpload, UploadedPart } from "../wire.ts";
import { isRefusal, type UploadJob } from "./job.ts";
import { record } from "./multipart.ts";
import { send } from "./send.ts";
import { Signer } from "./signer.ts";

/** The store's words for an address that is no longer good. */
const STALE = ["HTTP_400", "HTTP_401", "HTTP_403"];
const MOST_ADDRESSES = 3;

/** Sends the missing parts, several at a time. */
export class PartSender {
  readonly #job: UploadJob;
  readonly #open: MultipartUpload;
  readonly #signer: Signer;
  readonly #signal: AbortSignal;
  /** Ends the other transfers when one has failed for good. */
  readonly #failed = new AbortController();
  readonly #queue: number[];
  #doneBytes = 0;
  readonly #underWay = new Map<number, number>();
  #telling: Promise<void> | null = null;

  constructor(job: UploadJob, open: MultipartUpload, there: readonly UploadedPart[], signal: AbortSignal) {
    this.#job = job;
    this.#open = open;
    this.#signal = AbortSignal.any([signal, this.#failed.signal]);
    this.#signer = new Signer(job, open.upload_id, this.#signal);
    const numbers = new Set(there.map(({ part_number }) => part_number));
    this.#queue = Array.from({ length: open.part_count }, (_, index) => index + 1).filter((n) => !numbers.has(n));
    for (const number of numbers) this.#doneBytes += this.#sizeOf(number);
  }

  get isDone(): boolean {
    return this.#queue.length === 0;
  }

  async sendAll(file: Blob): Promise<void> {
    this.#show();
    const lanes = Array.from({ length: this.#job.tools.parallel }, () => this.#lane(file));
    const [failure] = (await Promise.allSettled(lanes)).filter((lane) => lane.status === "rejected");
    await this.#telling;
    if (failure === undefined) return;
    this.#signal.throwIfAborted();
    throw failure.reason;
  }

  async #lane(file: Blob): Promise<void> {
    try {
      for (;;) {
        const number = this.#queue.shift();
        if (number === undefined) return;
        await this.#part(file, number);
      }
    } catch (error) {
      this.#failed.abort(error);
      throw error;
    }
  }

  async #part(file: Blob, number: number): Promise<void> {
    const { slots } = this.#job.tools;
    for (let addresses = 1; ; addresses += 1) {
      try {
        const etag = await slots.use(this.#job.rank, this.#signal, () =>
          insist(() => this.#put(file, number), this.#signal, this.#job.display.trouble),
        );
        await this.#done({ part_number: number, size_bytes: this.#sizeOf(number), etag });
        return;
      } catch (error) {
        if (!isRefusal(error, ...STALE) || addresses === MOST_ADDRESSES) throw error;
        this.#signer.drop(number);
      }
    }
  }

  /** One attempt. */
  async #put(file: Blob, number: number): Promise<string> {
    const { locale, fetch } = this.#job.tools;
    const { url, headers } = await this.#signer.get(number, this.#queue);
    const start = (number - 1) * this.#open.part_size;
    const body = file.slice(start, start + this.#sizeOf(number));
    const onProgress = (bytes: number) => {
      this.#underWay.set(number, bytes);
      this.#show();
    };
    try {
      const { etag } = await send({ url, headers, body, signal: this.#signal, locale, fetch, onProgress });
      // What is assembled is named by it, so that it is known to be what was sent.
      if (etag === null) throw this.#job.error("ETAG_HIDDEN", "The bucket's CORS rule has to expose ETag.");
      return etag;
    } finally {
      this.#underWay.delete(number);
    }
  }

  async #done(part: UploadedPart): Promise<void> {
    this.#doneBytes += part.size_bytes;
    await this.#job.change({ untold: [...this.#job.record.untold, part], sentBytes: this.#doneBytes });
    this.#show();
    this.#telling ??= this.#tell().finally(() => {
      this.#telling = null;
    });
  }

  /** Tells upload-service, so that the upload can go on elsewhere. What it cannot be told now it is told with the rest. */
  async #tell(): Promise<void> {
    try {
      while (this.#job.record.untold.length > 0) await record(this.#job, this.#open.upload_id, this.#signal);
    } catch {}
  }

  #show(): void {
    let bytes = this.#doneBytes;
    for (const part of this.#underWay.values()) bytes += part;
    this.#job.display.sent(bytes);
  }

  #sizeOf(number: number): number {
    const { part_size, size_bytes } = this.#open;
    return Math.min(part_size, size_bytes - (number - 1) * part_size);
  }
}
