import type { ListQuery, VideosApi } from "./api.ts";
import { Changing, type Unsubscribe } from "./changing.ts";
import { LecternError } from "./errors.ts";
import type { Uploads } from "./upload/uploads.ts";
import { isHidden } from "./waiting.ts";
import type { Hub } from "./watch/hub.ts";
import type { Connection } from "./watch/source.ts";
import { type Progress, videoKey } from "./watch/subject.ts";
import type { VideoDetail, VideoProgress, VideoStatus } from "./wire.ts";

export type WorkBoxQuery = Omit<ListQuery, "cursor">;

export interface WorkItem {
  readonly video: VideoDetail;
  /** null until it was heard of. */
  readonly progress: VideoProgress | null;
  /** The newer of the two's. */
  readonly status: VideoStatus;
}

/** A snapshot: replaced at each change, never changed. */
export interface WorkBoxState {
  /** Newest first. */
  readonly items: readonly WorkItem[];
  /** Until the first page is there. */
  readonly loading: boolean;
  readonly hasMore: boolean;
  readonly connection: Connection;
  readonly error: LecternError | null;
}

/** Many changes at once, as by a bulk upload, make one reading of the list. */
const TOGETHER_MS = 400;
/** Without push what others began shows up by reading the list. */
const POLL_MS = 20_000;

interface Followed {
  readonly leave: () => void;
}

/** The tenant's videos, with progress. It works only while somebody is subscribed. */
export class WorkBox {
  readonly #api: VideosApi;
  readonly #uploads: Uploads;
  readonly #hub: Hub;
  readonly #query: WorkBoxQuery;
  readonly #state = new Changing<WorkBoxState>({
    items: [],
    loading: true,
    hasMore: false,
    connection: "poll",
    error: null,
  });
  readonly #followed = new Map<number, Followed>();
  #cursor: string | null = null;
  #pages = 1;
  #subscribers = 0;
  #stops: Unsubscribe[] = [];
  #timer: ReturnType<typeof setTimeout> | undefined;
  #readAt = Number.POSITIVE_INFINITY;
  #reading = new AbortController();
  /** Why the list could not be read: news of the connection do not take that back. */
  #unread: LecternError | null = null;

  constructor(api: VideosApi, uploads: Uploads, hub: Hub, query: WorkBoxQuery = {}) {
    this.#api = api;
    this.#uploads = uploads;
    this.#hub = hub;
    this.#query = query;
  }

  get state(): WorkBoxState {
    return this.#state.value;
  }

  subscribe(listener: (state: WorkBoxState) => void): Unsubscribe {
    const stop = this.#state.subscribe(listener);
    this.#subscribers += 1;
    if (this.#subscribers === 1) this.#open();
    let left = false;
    return () => {
      if (left) return;
      left = true;
      stop();
      this.#subscribers -= 1;
      // Who remounts, as React does, comes back at once.
      setTimeout(() => this.#subscribers === 0 && this.#close(), 50);
    };
  }

  /** Reads the list anew. */
  refresh(): void {
    this.#readWithin(0);
  }

  /** The next page is shown too. */
  loadMore(): void {
    if (!this.state.hasMore) return;
    this.#pages += 1;
    this.#readWithin(0);
  }

  #open(): void {
    if (this.#stops.length > 0) return;
    this.#stops = [
      this.#hub.followTenant({
        state: (state) => this.#heard(state),
        resync: (spreadMs) => this.#readWithin(Math.random() * spreadMs),
        connection: (connection, error) => {
          this.#change({ connection, error: this.#unread ?? error });
          if (connection !== "push") this.#readWithin(POLL_MS);
        },
      }),
      // What is begun here is seen here at once.
      this.#uploads.subscribe(() => this.#readWithin(TOGETHER_MS)),
    ];
    this.refresh();
  }

  #close(): void {
    for (const stop of this.#stops) stop();
    this.#stops = [];
    clearTimeout(this.#timer);
    this.#readAt = Number.POSITIVE_INFINITY;
    this.#reading.abort();
    this.#follow([]);
  }

  /** Whichever comes first, this or what was planned. */
  #readWithin(ms: number): void {
    const at = performance.now() + ms;
    if (at >= this.#readAt || this.#stops.length === 0) return;
    this.#readAt = at;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#read(), ms);
  }

  async #read(): Promise<void> {
    this.#readAt = Number.POSITIVE_INFINITY;
    this.#reading.abort();
    const reading = new AbortController();
    this.#reading = reading;
    try {
      const videos: VideoDetail[] = [];
      this.#cursor = null;
      for (let page = 0; page < this.#pages; page += 1) {
        const cursor: string | null = this.#cursor;
        const { items, next_cursor } = await this.#api.list(
          { limit: 50, ...this.#query, ...(cursor !== null && { cursor }) },
          reading.signal,
        );
        videos.push(...items);
        this.#cursor = next_cursor;
        if (next_cursor === null) break;
      }
      this.#show(videos);
    } catch (error) {
      if (reading.signal.aborted) return;
      if (error instanceof LecternError) {
        this.#unread = error;
        this.#change({ error, loading: false });
      }
      this.#readWithin(5_000 + Math.random() * 5_000);
      return;
    }
    if (this.state.connection !== "push") this.#readWithin(isHidden() ? 3 * POLL_MS : POLL_MS);
  }

  #show(videos: readonly VideoDetail[]): void {
    this.#unread = null;
    const shown = new Map(this.state.items.map((item) => [item.video.id, item]));
    const items = videos.map((video) => itemOf(video, shown.get(video.id)?.progress ?? null));
    this.#change({ items, loading: false, hasMore: this.#cursor !== null, error: null });
    this.#follow(items.filter(({ status }) => status === "UPLOADED" || status === "PROCESSING"));
  }

  /** Progress of those that are under way; those that no longer are, or are no longer shown, are let go of. */
  #follow(items: readonly WorkItem[]): void {
    const ids = new Set(items.map(({ video }) => video.id));
    for (const [id, { leave }] of this.#followed) {
      if (ids.has(id)) continue;
      this.#followed.delete(id);
      leave();
    }
    for (const id of ids) {
      if (this.#followed.has(id)) continue;
      const { state, leave } = this.#hub.follow(videoKey(id));
      const update = () => {
        const { progress, detail } = state.value;
        if (progress !== null && "id" in progress) this.#progressed(progress, detail);
      };
      const stop = state.subscribe(update);
      this.#followed.set(id, {
        leave: () => {
          stop();
          leave();
        },
      });
      update();
    }
  }

  #progressed(progress: VideoProgress, detail: VideoDetail | null): void {
    const items = this.state.items.map((item) =>
      item.video.id === progress.id ? itemOf(detail ?? item.video, progress) : item,
    );
    this.#change({ items });
  }

  /** Of the tenant: a video that is not shown yet, or begins anew, is read with the list. */
  #heard(state: Progress): void {
    if (!("id" in state) || !state.known || this.#followed.has(state.id)) return;
    const item = this.state.items.find(({ video }) => video.id === state.id);
    const known = item !== undefined && item.video.generation >= (state.generation ?? 0);
    if (!known || item.video.version < (state.version ?? 0)) this.#readWithin(TOGETHER_MS);
  }

  #change(changes: Partial<WorkBoxState>): void {
    this.#state.set({ ...this.state, ...changes });
  }
}

function itemOf(video: VideoDetail, heard: VideoProgress | null): WorkItem {
  const generation = heard?.generation ?? 0;
  const isOlder =
    heard === null ||
    !heard.known ||
    generation < video.generation ||
    (generation === video.generation && (heard.version ?? 0) < video.version);
  return { video, progress: isOlder ? null : heard, status: isOlder ? video.status : heard.status };
}
