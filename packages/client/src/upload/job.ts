import type { VideosApi } from "../api.ts";
import { LecternError, type LocalCode, type Locale, localError } from "../errors.ts";
import type { UploadTarget } from "../wire.ts";
import type { Records, UploadRecord } from "./records.ts";
import type { Slots } from "./slots.ts";

/** What every upload of a client works with. */
export interface UploadTools {
  readonly api: VideosApi;
  readonly records: Records;
  readonly slots: Slots;
  readonly locale: Locale;
  readonly fetch: typeof fetch;
  /** Transfers of one upload at a time. */
  readonly parallel: number;
  /** Bytes from which a file is sent in parts. */
  readonly multipartFrom: number;
}

/** What an upload shows while it is driven. */
export interface Display {
  /** The whole of what was sent. */
  readonly sent: (bytes: number) => void;
  /** The file is in the store. */
  readonly completing: () => void;
  /** Something stands in the way and is tried again by itself; null once it went on. */
  readonly trouble: (error: LecternError | null) => void;
}

/** One upload on its way: the file, and the record that outlives the page. */
export class UploadJob {
  readonly tools: UploadTools;
  readonly display: Display;
  /** null where only what is in the store already is to be completed. */
  readonly file: Blob | null;
  /** Lower goes first. */
  readonly rank: number;
  /** The address that came with the creation. */
  readonly target: UploadTarget | null;
  #record: UploadRecord;
  #isForgotten = false;

  constructor(
    tools: UploadTools,
    display: Display,
    file: Blob | null,
    rank: number,
    record: UploadRecord,
    target: UploadTarget | null,
  ) {
    this.tools = tools;
    this.display = display;
    this.file = file;
    this.rank = rank;
    this.#record = record;
    this.target = target;
  }

  get record(): UploadRecord {
    return this.#record;
  }

  async change(changes: Partial<UploadRecord>): Promise<void> {
    this.#record = { ...this.#record, ...changes };
    if (!this.#isForgotten) await this.tools.records.save(this.#record);
  }

  /** Nothing of it is remembered any more, whatever is still on its way. */
  async forget(): Promise<void> {
    this.#isForgotten = true;
    await this.tools.records.forget(this.#record.id);
  }

  error(code: LocalCode, detail: string): LecternError {
    return localError(code, this.tools.locale, detail);
  }
}

export function isRefusal(error: unknown, ...codes: readonly string[]): error is LecternError {
  return error instanceof LecternError && codes.includes(error.code);
}
