import type { VideosApi } from "../api.ts";
import { Changing } from "../changing.ts";
import { LecternError } from "../errors.ts";
import { insist } from "../insist.ts";
import { isHidden } from "../waiting.ts";
import type { VideoDetail } from "../wire.ts";
import type { Connection, Sink, Source } from "./source.ts";
import { isFinal, keyOf, newer, type Progress, type SubjectKey, videoIdOf } from "./subject.ts";
import type { WatchState } from "./watch.ts";

/** Who follows a whole tenant. */
export interface TenantListener {
  readonly state: (state: Progress) => void;
  /** Something may have been missed: ask once for what is shown, at a moment drawn within so many milliseconds. */
  readonly resync: (spreadMs: number) => void;
  readonly connection: (connection: Connection, error: LecternError | null) => void;
}

interface Followed {
  readonly state: Changing<WatchState>;
  count: number;
}

/** All that this client follows: one source for all, one state for each, however many look at it. */
export class Hub {
  readonly #api: VideosApi;
  readonly #source: Source;
  readonly #followed = new Map<SubjectKey, Followed>();
  #connection: Connection = "poll";
  #error: LecternError | null = null;
  readonly #closed = new AbortController();

  constructor(api: VideosApi, makeSource: (sink: Sink) => Source) {
    this.#api = api;
    this.#source = makeSource({
      state: (state) => this.#take(state),
      resync: (spreadMs) => {
        for (const { resync } of this.#tenant) resync(spreadMs);
      },
      connection: (connection, error) => this.#connected(connection, error),
    });
    if (typeof document !== "undefined") document.addEventListener("visibilitychange", this.#update);
  }

  /** @returns its state, and what lets go of it; call that once */
  follow(key: SubjectKey): { readonly state: Changing<WatchState>; readonly leave: () => void } {
    const followed = this.#followed.get(key) ?? { state: new Changing(this.#first()), count: 0 };
    followed.count += 1;
    this.#followed.set(key, followed);
    this.#update();
    const leave = () => {
      followed.count -= 1;
      // Who remounts, as React does, comes back at once.
      setTimeout(() => {
        if (followed.count === 0 && this.#followed.get(key) === followed) this.#followed.delete(key);
        this.#update();
      }, 50);
    };
    return { state: followed.state, leave };
  }

  /** @returns what lets go of it; call that once */
  followTenant(listener: TenantListener): () => void {
    this.#tenant.add(listener);
    this.#update();
    listener.connection(this.#connection, this.#error);
    return () => {
      this.#tenant.delete(listener);
      this.#update();
    };
  }

  /** What became final may begin anew: it was tried again. */
  refresh(key: SubjectKey): void {
    const followed = this.#followed.get(key);
    if (followed === undefined) return;
    const { progress } = followed.state.value;
    if (progress?.status === "FAILED") this.#set(followed, { detail: null });
    this.#revived.add(key);
    this.#update();
  }

  close(): void {
    this.#closed.abort();
    if (typeof document !== "undefined") document.removeEventListener("visibilitychange", this.#update);
    this.#source.close();
  }

  readonly #tenant = new Set<TenantListener>();
  /** Tried again, and not heard of since. */
  readonly #revived = new Set<SubjectKey>();

  #first(): WatchState {
    return { progress: null, detail: null, connection: this.#connection, error: this.#error };
  }

  readonly #update = (): void => {
    const keys = new Set<SubjectKey>();
    for (const [key, { state }] of this.#followed) {
      const { progress } = state.value;
      if (progress === null || !isFinal(progress) || this.#revived.has(key)) keys.add(key);
    }
    this.#source.want({ keys, tenant: this.#tenant.size > 0, visible: !isHidden() });
  };

  #take(next: Progress): void {
    const key = keyOf(next);
    for (const { state } of this.#tenant) state(next);
    const followed = this.#followed.get(key);
    if (followed === undefined) return;
    const { progress: shown } = followed.state.value;
    const progress = newer(shown, next);
    if (progress === shown) return;
    this.#revived.delete(key);
    this.#set(followed, { progress, detail: null });
    if (!isFinal(progress)) return;
    this.#update();
    void this.#readDetail(key, followed, progress);
  }

  async #readDetail(key: SubjectKey, followed: Followed, progress: Progress): Promise<void> {
    const id = videoIdOf(key);
    if (id === null) return;
    const { signal } = this.#closed;
    try {
      const detail = await insist(
        () => this.#api.get(id, signal),
        signal,
        () => {},
      );
      if (followed.state.value.progress !== progress) return;
      this.#set(followed, { detail, progress: inItsLanguage(progress, detail) });
    } catch (error) {
      if (error instanceof LecternError) this.#set(followed, { error });
    }
  }

  #connected(connection: Connection, error: LecternError | null): void {
    this.#connection = connection;
    this.#error = error;
    for (const listener of this.#tenant) listener.connection(connection, error);
    for (const followed of this.#followed.values()) {
      const { progress, connection: was, error: before } = followed.state.value;
      if ((progress === null || !isFinal(progress)) && (was !== connection || before !== error))
        this.#set(followed, { connection, error });
    }
  }

  #set(followed: Followed, changes: Partial<WatchState>): void {
    followed.state.set({ ...followed.state.value, ...changes });
  }
}

/** A WebSocket speaks the browser's language: the detail is in the client's. */
function inItsLanguage(progress: Progress, { error_reason }: VideoDetail): Progress {
  return "error_reason" in progress && error_reason !== null ? { ...progress, error_reason } : progress;
}
