import { heldNames, tryHold } from "../locks.ts";
import type { LecternStorage } from "../storage.ts";
import type { UploadedPart } from "../wire.ts";
import { dropHandle, keepHandle, reopenFile } from "./handles.ts";

/** What must outlive the page so that an upload can be taken up again, or be completed. */
export interface UploadRecord {
  /** Of the video. */
  readonly id: number;
  readonly title: string;
  readonly filename: string;
  readonly sizeBytes: number;
  /** Epoch milliseconds; null for a Blob, which has none. */
  readonly lastModified: number | null;
  /** Of a multipart upload. */
  readonly uploadId: string | null;
  /** Parts that the store has and upload-service was not told of yet. */
  readonly untold: readonly UploadedPart[];
  readonly sentBytes: number;
  /** The whole file is in the store: what is missing is "complete". */
  readonly sent: boolean;
  /** A handle of the file is kept. */
  readonly reopens: boolean;
}

const PREFIX = "lectern:upload:";

/** The unfinished uploads of one account, one key each, so that two tabs never write the same one. */
export class Records {
  readonly #storage: LecternStorage;
  readonly #scope: () => Promise<string>;

  /** @param scope service, tenant and user: what others began is none of ours */
  constructor(storage: LecternStorage, scope: () => Promise<string>) {
    this.#storage = storage;
    this.#scope = scope;
  }

  /**
   * Those that nobody is at work on, in this tab or another.
   * @param own to be given although they are held
   */
  async idle(own: ReadonlyMap<number, unknown>): Promise<UploadRecord[]> {
    const prefix = await this.#prefix();
    const held = await heldNames();
    const isIdle = (name: string) => !held.has(name) || own.has(Number(name.slice(prefix.length)));
    const names = (await this.#storage.keys()).filter((name) => name.startsWith(prefix) && isIdle(name));
    const texts = await Promise.all(names.map((name) => this.#storage.get(name)));
    return texts.flatMap((text) => parse(text)).sort((one, other) => one.id - other.id);
  }

  async get(id: number): Promise<UploadRecord | null> {
    return parse(await this.#storage.get((await this.#prefix()) + id))[0] ?? null;
  }

  /** Makes this the one tab that works on it. @returns what lets go of it; null where another does */
  async hold(id: number): Promise<(() => void) | null> {
    return tryHold((await this.#prefix()) + id);
  }

  /** A storage that is full or forbidden costs the resuming, not the upload. */
  async save(record: UploadRecord): Promise<void> {
    try {
      await this.#storage.set((await this.#prefix()) + record.id, JSON.stringify(record));
    } catch {}
  }

  async forget(id: number): Promise<void> {
    try {
      const key = (await this.#prefix()) + id;
      const reopens = parse(await this.#storage.get(key))[0]?.reopens;
      await this.#storage.remove(key);
      if (reopens) await dropHandle(key);
    } catch {}
  }

  async keepHandle(id: number, handle: FileSystemFileHandle): Promise<void> {
    await keepHandle((await this.#prefix()) + id, handle);
  }

  async reopen(id: number): Promise<File | null> {
    return reopenFile((await this.#prefix()) + id);
  }

  /** Whether anybody's are here: asks for no token. */
  async isEmpty(): Promise<boolean> {
    return !(await this.#storage.keys()).some((name) => name.startsWith(PREFIX));
  }

  async #prefix(): Promise<string> {
    return `${PREFIX}${await this.#scope()}:`;
  }
}

function parse(text: string | null): UploadRecord[] {
  try {
    const record = JSON.parse(text ?? "null") as UploadRecord | null;
    return record !== null && Number.isSafeInteger(record.id) && Array.isArray(record.untold) ? [record] : [];
  } catch {
    return [];
  }
}
