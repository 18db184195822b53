import { Changing, type Unsubscribe } from "../changing.ts";
import { LecternError, localError } from "../errors.ts";
import type { CreateVideo, VideoDetail } from "../wire.ts";
import type { UploadTools } from "./job.ts";
import type { UploadRecord } from "./records.ts";
import { type Claim, Upload } from "./upload.ts";

export interface UploadOptions {
  /** Default: the file's name without its ending. */
  readonly title?: string;
  /** For a Blob, which has none. */
  readonly filename?: string;
  /** Parts at a time of this upload. */
  readonly parallel?: number;
  /** Aborting it aborts the upload. */
  readonly signal?: AbortSignal;
  /** Of the file system (showOpenFilePicker, or a drop): kept, so that after a reload `reopen` needs no picking. */
  readonly handle?: FileSystemFileHandle;
  /** false: a new video, although the upload of the same file was begun earlier and can be gone on with. Default true. */
  readonly resume?: boolean;
}

/** Left by an earlier page, or one that was closed. */
export interface UnfinishedUpload {
  readonly id: number;
  readonly title: string;
  readonly filename: string;
  readonly sizeBytes: number;
  /** Epoch milliseconds. */
  readonly lastModified: number | null;
  readonly sentBytes: number;
  /** false: everything is in the store, `finish()` does the rest. */
  readonly needsFile: boolean;
  /** `reopen` can get the file without its being picked again. */
  readonly reopens: boolean;
}

export type Finished =
  | { readonly id: number; readonly outcome: "done"; readonly video: VideoDetail }
  | { readonly id: number; readonly outcome: "needs-file" }
  | { readonly id: number; readonly outcome: "failed"; readonly error: LecternError };

interface Source extends Pick<CreateVideo, "title" | "filename" | "size_bytes"> {
  readonly file: Blob | null;
  readonly claim: (signal: AbortSignal) => Promise<Claim>;
}

/** The uploads of one client, and what earlier pages left unfinished. */
export class Uploads {
  readonly #tools: UploadTools;
  readonly #active = new Changing<readonly Upload[]>([]);
  /** Under way without their files: whoever comes with one waits for the verdict. */
  readonly #finishing = new Map<number, Promise<Finished>>();
  #begun = 0;

  constructor(tools: UploadTools) {
    this.#tools = tools;
  }

  /** Of this page, in the order in which they began; one that is over stays until `clear()`. */
  get list(): readonly Upload[] {
    return this.#active.value;
  }

  subscribe(listener: (uploads: readonly Upload[]) => void): Unsubscribe {
    return this.#active.subscribe(listener);
  }

  /** Takes those that are over off the list. */
  clear(): void {
    this.#active.set(this.list.filter(({ state }) => !["done", "failed", "aborted"].includes(state.phase)));
  }

  begin(file: Blob, options: UploadOptions = {}): Upload {
    const filename = options.filename ?? nameOf(file) ?? "video";
    const title = (options.title?.trim() || filename.replace(/\.[^.]+$/, "") || filename).slice(0, 300);
    const video = { title, filename: filename.slice(0, 500), content_type: typeOf(file), size_bytes: file.size };
    const claim = async (signal: AbortSignal) =>
      (options.resume === false ? null : await this.#takeUpSame(file, video)) ??
      this.#create(file, video, options.handle, signal);
    return this.#start({ ...video, file, claim }, options);
  }

  async unfinished(): Promise<UnfinishedUpload[]> {
    const records = await this.#tools.records.idle(this.#finishing);
    return records.map(({ uploadId: _, untold: __, sent, ...shown }) => ({ ...shown, needsFile: !sent }));
  }

  /**
   * Goes on with an upload that an earlier page began.
   * @throws LecternError FILE_DIFFERENT where name, size or time of the file differ
   */
  resume(unfinished: UnfinishedUpload, file: Blob): Upload {
    if (!isSame(unfinished, file, nameOf(file) ?? unfinished.filename))
      throw localError("FILE_DIFFERENT", this.#tools.locale, "Name, size or time of the file differ.");
    return this.#start({ ...this.#shown(unfinished), file, claim: () => this.#take(unfinished.id) });
  }

  /**
   * Goes on with the file whose handle was kept; call it from a click, since the browser may ask the user.
   * @throws LecternError FILE_NEEDED where it must be picked again, FILE_DIFFERENT where it was changed
   */
  async reopen(unfinished: UnfinishedUpload): Promise<Upload> {
    const file = await this.#tools.records.reopen(unfinished.id);
    if (file !== null) return this.resume(unfinished, file);
    throw localError("FILE_NEEDED", this.#tools.locale, "No handle of the file is kept, or reading was not allowed.");
  }

  /** Takes away what is left of it, the video too. */
  async discard({ id }: UnfinishedUpload): Promise<void> {
    await this.#tools.records.forget(id);
    await this.#tools.api.remove(id);
  }

  /**
   * "Complete" for whatever is in the store already: also for a PUT that had arrived when its page was closed. Called by
   * `createClient` in a browser; resolves when each was tried.
   */
  async finish(): Promise<Finished[]> {
    const left = await this.unfinished();
    return Promise.all(
      left.map((unfinished) => {
        const { id } = unfinished;
        const finishing = this.#finishing.get(id) ?? this.#finish(unfinished).finally(() => this.#finishing.delete(id));
        this.#finishing.set(id, finishing);
        return finishing;
      }),
    );
  }

  async #finish(unfinished: UnfinishedUpload): Promise<Finished> {
    const { id } = unfinished;
    const upload = this.#make({ ...this.#shown(unfinished), file: null, claim: () => this.#hold(id) });
    try {
      return { id, outcome: "done", video: await upload.done };
    } catch (error) {
      if (!(error instanceof LecternError)) throw error;
      const waits = error.code === "FILE_NEEDED" || error.code === "UPLOAD_ELSEWHERE";
      return waits ? { id, outcome: "needs-file" } : { id, outcome: "failed", error };
    }
  }

  #shown({ title, filename, sizeBytes }: UnfinishedUpload) {
    return { title, filename, size_bytes: sizeBytes };
  }

  #make({ title, filename, size_bytes: totalBytes, file, claim }: Source, options: UploadOptions = {}): Upload {
    this.#begun += 1;
    const { parallel = this.#tools.parallel } = options;
    const tools = { ...this.#tools, parallel };
    return new Upload({ tools, file, title, filename, totalBytes, rank: this.#begun, claim });
  }

  #start(source: Source, options: UploadOptions = {}): Upload {
    const upload = this.#make(source, options);
    this.#active.set([...this.list, upload]);
    const { signal } = options;
    const abort = () => void upload.abort();
    if (signal?.aborted) abort();
    else signal?.addEventListener("abort", abort, { once: true });
    return upload;
  }

  async #create(
    file: Blob,
    video: CreateVideo,
    handle: FileSystemFileHandle | undefined,
    signal: AbortSignal,
  ): Promise<Claim> {
    const { api, records, locale } = this.#tools;
    if (file.size === 0) throw localError("FILE_EMPTY", locale, "The file has 0 bytes.");
    const { id, upload: target } = await api.create(video, signal);
    const record: UploadRecord = {
      id,
      title: video.title,
      filename: video.filename,
      sizeBytes: file.size,
      lastModified: timeOf(file),
      uploadId: null,
      untold: [],
      sentBytes: 0,
      sent: false,
      reopens: handle !== undefined,
    };
    const release = (await records.hold(id)) ?? (() => {});
    if (handle !== undefined) await records.keepHandle(id, handle);
    await records.save(record);
    return { record, target, release };
  }

  /** An upload of the same file that was begun and that nobody is at work on. A Blob is never the same. */
  async #takeUpSame(file: Blob, { filename }: CreateVideo): Promise<Claim | null> {
    if (timeOf(file) === null) return null;
    const same = (await this.#tools.records.idle(this.#finishing)).find((record) => isSame(record, file, filename));
    return same === undefined ? null : this.#take(same.id).catch(() => null);
  }

  async #take(id: number): Promise<Claim> {
    await this.#finishing.get(id);
    return this.#hold(id);
  }

  async #hold(id: number): Promise<Claim> {
    const { records, locale } = this.#tools;
    const release = await records.hold(id);
    if (release === null) throw localError("UPLOAD_ELSEWHERE", locale, "Another tab is at work on it.");
    const record = await records.get(id);
    if (record !== null) return { record, target: null, release };
    release();
    throw localError("VIDEO_NOT_FOUND", locale, "This upload was finished or given up meanwhile.");
  }
}

interface FileLike {
  readonly filename: string;
  readonly sizeBytes: number;
  readonly lastModified: number | null;
}

function isSame(begun: FileLike, file: Blob, filename: string): boolean {
  return begun.filename === filename && begun.sizeBytes === file.size && begun.lastModified === timeOf(file);
}

function nameOf(file: Blob): string | null {
  return "name" in file && typeof file.name === "string" ? file.name : null;
}

function timeOf(file: Blob): number | null {
  return "lastModified" in file && typeof file.lastModified === "number" ? file.lastModified : null;
}

/** What the service takes as a declaration; anything else is left to its probe. */
function typeOf({ type }: Blob): string {
  return /^(video|audio)\/[a-z0-9.+-]{1,80}$|^image\/gif$/.test(type) ? type : "application/octet-stream";
}
