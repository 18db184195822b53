import type { LecternClient, UnfinishedUpload, Upload } from "@lectern/client";
import { titleOf } from "./title-of.ts";

/** An upload of this tab. `key` stays the same for its whole life. */
export interface Transfer {
  readonly key: number;
  readonly upload: Upload;
}

const OVER = new Set(["done", "aborted"]);

/** The uploads of this tab: they go on while somebody looks at another page of the console. */
export class Transfers {
  #list: readonly Transfer[] = [];
  #count = 0;
  readonly #listeners = new Set<() => void>();

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  readonly list = (): readonly Transfer[] => this.#list;

  /** Begins to send; what was left unfinished of the very same file is gone on with. */
  start(client: LecternClient, files: readonly File[]): void {
    for (const file of files) this.add(client.upload(file, { title: titleOf(file.name) }));
  }

  add(upload: Upload): void {
    this.#count += 1;
    const transfer = { key: this.#count, upload };
    this.#change([...this.#list, transfer]);
    upload.subscribe(() => {
      if (OVER.has(upload.state.phase)) this.remove(transfer.key);
      else if (upload.state.phase === "failed") this.#change([...this.#list]);
    });
  }

  remove(key: number): void {
    if (this.#list.some((each) => each.key === key)) this.#change(this.#list.filter((each) => each.key !== key));
  }

  /** Whether this tab is sending the video's file. */
  has(id: number): boolean {
    return this.#list.some(({ upload }) => upload.state.id === id && upload.state.phase !== "failed");
  }

  /** Whether something would be interrupted if the tab were closed now. */
  get isBusy(): boolean {
    return this.#list.some(({ upload }) => upload.state.phase !== "failed" && !OVER.has(upload.state.phase));
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
