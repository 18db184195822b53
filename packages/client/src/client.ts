import { VideosApi } from "./api.ts";
import type { Changing } from "./changing.ts";
import type { Locale } from "./errors.ts";
import { Http } from "./http.ts";
import { defaultStorage, type LecternStorage } from "./storage.ts";
import type { TokenSource } from "./token.ts";
import { Records } from "./upload/records.ts";
import { Slots } from "./upload/slots.ts";
import type { Upload } from "./upload/upload.ts";
import { type UploadOptions, Uploads } from "./upload/uploads.ts";
import { Hub } from "./watch/hub.ts";
import { makeSource } from "./watch/make-source.ts";
import { jobKey, type SubjectKey, videoKey } from "./watch/subject.ts";
import { TenantWatch } from "./watch/tenant-watch.ts";
import { Watch, type WatchState } from "./watch/watch.ts";
import type { JobProgress, VideoProgress } from "./wire.ts";
import { WorkBox, type WorkBoxQuery } from "./work-box.ts";

export interface ClientOptions {
  /** Origin of upload-service, such as `https://upload.example`. */
  readonly uploadUrl: string;
  /** Origin of progress-service. */
  readonly progressUrl: string;
  readonly token: TokenSource;
  /** Language of sentences for a teacher; default: the browser's, Korean where that is neither. */
  readonly locale?: Locale;
  /** Where unfinished uploads are remembered; default localStorage, in Node.js memory. */
  readonly storage?: LecternStorage;
  readonly fetch?: typeof fetch;
  /** Transfers at a time, of all uploads together; default 4. */
  readonly parallel?: number;
  /** Bytes from which a file is sent in parts; default 16 MiB. */
  readonly multipartFrom?: number;
}

export interface WatchOptions {
  /** Aborting it closes the watch. */
  readonly signal?: AbortSignal;
}

const MIB = 1024 * 1024;

export class LecternClient {
  readonly locale: Locale;
  readonly videos: VideosApi;
  readonly uploads: Uploads;
  readonly #hub: Hub;

  constructor(options: ClientOptions) {
    const { uploadUrl, progressUrl, token, storage = defaultStorage(), parallel = 4 } = options;
    this.locale = options.locale ?? defaultLocale();
    const fetch = options.fetch ?? globalThis.fetch.bind(globalThis);
    const http = new Http({ token, locale: this.locale, fetch });
    this.videos = new VideosApi(http, uploadUrl, (id) => this.#hub.refresh(videoKey(id)));
    this.#hub = new Hub(this.videos, (sink) => makeSource(http, `${progressUrl.replace(/\/+$/, "")}/api/v1`, sink));
    const records = new Records(storage, async () => `${new URL(uploadUrl).host}:${await http.account()}`);
    this.uploads = new Uploads({
      api: this.videos,
      records,
      slots: new Slots(parallel),
      locale: this.locale,
      fetch,
      parallel,
      multipartFrom: options.multipartFrom ?? 16 * MIB,
    });
    if (typeof document !== "undefined") void this.#finishEarlier(records);
  }

  /** Begins at once. The same file whose upload an earlier page began is gone on with. */
  upload(file: Blob, options?: UploadOptions): Upload {
    return this.uploads.begin(file, options);
  }

  /** How far a video is. */
  watch(id: number, options?: WatchOptions): Watch<VideoProgress> {
    // One that the service refuses would hold up the rest of a batch.
    if (!Number.isSafeInteger(id) || id < 1) throw new RangeError(`A video id is a whole number from 1, not ${id}.`);
    return this.#watch<VideoProgress>(videoKey(id), options);
  }

  /** How far a job of any kind is. */
  watchJob(jobId: string, options?: WatchOptions): Omit<Watch<JobProgress>, "result"> {
    if (!/^[\w-]{1,64}$/.test(jobId)) throw new RangeError(`A job id is 1 to 64 letters, digits, _ and -: ${jobId}`);
    return this.#watch<JobProgress>(jobKey(jobId), options);
  }

  /** Everything of the tenant that changes, from now on. */
  watchTenant({ signal }: WatchOptions = {}): TenantWatch {
    const watch = new TenantWatch(this.#hub);
    if (signal?.aborted) watch.close();
    else signal?.addEventListener("abort", () => watch.close(), { once: true });
    return watch;
  }

  /** The tenant's videos with their progress, kept true while somebody is subscribed. */
  workBox(query?: WorkBoxQuery): WorkBox {
    return new WorkBox(this.videos, this.uploads, this.#hub, query);
  }

  /** Ends every connection of watches. Uploads go on. */
  close(): void {
    this.#hub.close();
  }

  #watch<T extends VideoProgress | JobProgress>(key: SubjectKey, { signal }: WatchOptions = {}): Watch<T> {
    const { state, leave } = this.#hub.follow(key);
    const watch = new Watch<T>(state as unknown as Changing<WatchState<T>>, leave);
    if (signal?.aborted) watch.close();
    else signal?.addEventListener("abort", () => watch.close(), { once: true });
    return watch;
  }

  /** "Complete" must not be forgotten because a tab was closed between the last byte and it. */
  async #finishEarlier(records: Records): Promise<void> {
    try {
      if (!(await records.isEmpty())) await this.uploads.finish();
    } catch {
      // No token yet, or no network: the next start does it, and whoever takes the upload up.
    }
  }
}

export function createClient(options: ClientOptions): LecternClient {
  return new LecternClient(options);
}

function defaultLocale(): Locale {
  const language = typeof navigator === "undefined" ? "" : (navigator.language ?? "");
  return language.startsWith("en") ? "en" : "ko";
}
