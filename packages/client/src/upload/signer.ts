import { insist } from "../insist.ts";
import type { SignedPart } from "../wire.ts";
import type { UploadJob } from "./job.ts";

/** Addresses are asked for so many at a time: each is good for as long as it takes to get to it. */
const BATCH = 16;
/** With so many left nobody has to wait for the next ones. */
const LEAD = 8;
/** An address that ends sooner than this is asked for anew; on a clock that is wrong, the store's refusal tells. */
const MARGIN_MS = 60_000;

/** Signed addresses of parts, a batch ahead of who sends them. */
export class Signer {
  readonly #job: UploadJob;
  readonly #uploadId: string;
  readonly #signal: AbortSignal;
  readonly #signed = new Map<number, Promise<SignedPart | undefined>>();

  constructor(job: UploadJob, uploadId: string, signal: AbortSignal) {
    this.#job = job;
    this.#uploadId = uploadId;
    this.#signal = signal;
  }

  /** @param ahead parts that will be asked for next, in this order */
  async get(number: number, ahead: readonly number[]): Promise<SignedPart> {
    if (this.#signed.has(number)) {
      this.#signAhead(ahead);
      const kept = await this.#signed.get(number);
      if (kept !== undefined && Date.parse(kept.expires_at) - MARGIN_MS > Date.now()) return kept;
    }
    this.#sign([number, ...this.#unsigned(ahead).slice(0, BATCH - 1)]);
    const part = await this.#signed.get(number);
    if (part === undefined) throw this.#job.error("REFUSED", `Part ${number} was not signed.`);
    return part;
  }

  /** The store refused it. */
  drop(number: number): void {
    this.#signed.delete(number);
  }

  #signAhead(ahead: readonly number[]): void {
    if (ahead.slice(0, LEAD).some((number) => !this.#signed.has(number)))
      this.#sign(this.#unsigned(ahead).slice(0, BATCH));
  }

  #unsigned(ahead: readonly number[]): number[] {
    return ahead.filter((number) => !this.#signed.has(number));
  }

  #sign(numbers: readonly number[]): void {
    const { tools, record, display } = this.#job;
    const asked = insist(
      () => tools.api.signParts(record.id, this.#uploadId, numbers, this.#signal),
      this.#signal,
      display.trouble,
    );
    for (const number of numbers) {
      const one = asked.then(({ parts }) => parts.find(({ part_number }) => part_number === number));
      // Whoever needs it gets the error; a part ahead that nobody asks for any more must not be an unhandled one.
      one.catch(() => this.#signed.delete(number));
      this.#signed.set(number, one);
    }
  }
}
