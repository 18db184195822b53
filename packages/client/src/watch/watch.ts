import { Changing, type Unsubscribe } from "../changing.ts";
import type { LecternError } from "../errors.ts";
import type { VideoDetail } from "../wire.ts";
import type { Connection } from "./source.ts";
import { isFinal, type Progress } from "./subject.ts";

/** A snapshot: replaced at each change, never changed. */
export interface WatchState<T extends Progress = Progress> {
  /** null until the first answer. */
  readonly progress: T | null;
  /** Of a video, read once when its state is final. */
  readonly detail: VideoDetail | null;
  readonly connection: Connection;
  /** What stands in the way; what is shown stays, and it goes on by itself. */
  readonly error: LecternError | null;
}

/** How far one video or job is. */
export class Watch<T extends Progress> implements AsyncIterable<T> {
  readonly #state: Changing<WatchState<T>>;
  readonly #close: () => void;
  readonly #listening = new Set<Unsubscribe>();
  #closed = false;

  /** @param close called once */
  constructor(state: Changing<WatchState<T>>, close: () => void) {
    this.#state = state;
    this.#close = close;
  }

  get state(): WatchState<T> {
    return this.#state.value;
  }

  get current(): T | null {
    return this.state.progress;
  }

  subscribe(listener: (state: WatchState<T>) => void): Unsubscribe {
    const stop = this.#state.subscribe(listener);
    this.#listening.add(stop);
    return () => {
      this.#listening.delete(stop);
      stop();
    };
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    for (const stop of this.#listening) stop();
    this.#ended.set(true);
    this.#close();
  }

  readonly #ended = new Changing(false);

  /**
   * Each new state; ends after a final one, or when closed. A slow reader is given the latest one, not each.
   * @throws LecternError where the service refuses for good, as without a valid token
   */
  async *[Symbol.asyncIterator](): AsyncGenerator<T, void, undefined> {
    let shown: T | null = null;
    try {
      while (!this.#closed) {
        const { progress, error } = this.state;
        if (progress !== null && progress !== shown) {
          shown = progress;
          yield progress;
          if (isFinal(progress)) return;
        } else if (error !== null && !error.passing) throw error;
        else await this.#change();
      }
    } finally {
      this.close();
    }
  }

  /**
   * The video's detail once its state is final; also after the iteration has ended.
   * @throws LecternError where it cannot be read; AbortError where the watch was closed before
   */
  async result(): Promise<VideoDetail> {
    for (;;) {
      const { detail, progress, error } = this.state;
      if (detail !== null) return detail;
      const isOver = progress !== null && isFinal(progress);
      if (isOver && error !== null && !error.passing) throw error;
      if (this.#closed && !isOver) throw new DOMException("The watch was closed.", "AbortError");
      await this.#change();
    }
  }

  #change(): Promise<void> {
    return new Promise((resolve) => {
      const stops = [this.#state.subscribe(end), this.#ended.subscribe(end)];
      function end(): void {
        for (const stop of stops) stop();
        resolve();
      }
    });
  }
}
