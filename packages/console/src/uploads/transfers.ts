import type { LecternClient, UnfinishedUpload, Upload } from "@lectern/client";
import { titleOf } from "./title-of.ts";

/** An upload of this tab. `key` stays the same for its whole life. */
export interface Transfer {
  readonly key: number;
  readonly upload: Upload;
  readonly file: File;
}

/** Nothing is sent any more, and nothing waits to be. */
const AT_REST = new Set(["done", "failed", "aborted"]);

const isUnderWay = ({ upload }: Transfer) => !AT_REST.has(upload.state.phase);

/** The uploads of this tab: they go on while somebody looks at another page of the console. */
export class Transfers {
  #list: readonly Transfer[] = [];
  #count = 0;
  readonly #listeners = new Set<() => void>();

  /** Told of each that begins, goes, or does something else than before. */
  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  readonly list = (): readonly Transfer[] => this.#list;

  /** Begins to send; what was left unfinished of the very same file is gone on with. */
  start(client: LecternClient, files: readonly File[]): void {
    for (const file of files) this.add(client.upload(file, { title: titleOf(file.name) }), file);
  }

  /** Sends a file that was given up after all. */
  again(client: LecternClient, { key, file }: Transfer): void {
    this.remove(key);
    this.start(client, [file]);
  }

  /** It stays in the list until the work on it is shown in its place, or somebody has seen what came of it. */
  add(upload: Upload, file: File): void {
    this.#count += 1;
    const transfer = { key: this.#count, upload, file };
    this.#change([...this.#list, transfer]);
    let { phase } = upload.state;
    upload.subscribe((state) => {
      if (state.phase === phase) return;
      phase = state.phase;
      this.#change([...this.#list]);
    });
  }

  remove(...keys: readonly number[]): void {
    this.#change(this.#list.filter(({ key }) => !keys.includes(key)));
  }

  /** Whether this tab is sending the video's file. */
  has(id: number): boolean {
    return this.underWay.some(({ upload }) => upload.state.id === id);
  }

  get underWay(): readonly Transfer[] {
    return this.#list.filter(isUnderWay);
  }

  #change(list: readonly Transfer[]): void {
    this.#list = list;
    for (const listener of [...this.#listeners]) listener();
  }
}

export function isSameFile(left: UnfinishedUpload, file: File): boolean {
  return (
    left.filename === file.name &&
    left.sizeBytes === file.size &&
    (left.lastModified === null || left.lastModified === file.lastModified)
  );
}
