import { Changing, type Unsubscribe } from "../changing.ts";
import { LecternError, localError } from "../errors.ts";
import { insist } from "../insist.ts";
import { isOnline } from "../waiting.ts";
import type { UploadTarget, VideoDetail } from "../wire.ts";
import { drive } from "./drive.ts";
import { type Display, UploadJob, type UploadTools } from "./job.ts";
import type { UploadRecord } from "./records.ts";
import { Speed, type UploadPhase, type UploadState } from "./state.ts";

/** What is being sent, and that it is this tab's. */
export interface Claim {
  readonly record: UploadRecord;
  readonly target: UploadTarget | null;
  readonly release: () => void;
}

export interface UploadPlan {
  readonly tools: UploadTools;
  readonly file: Blob | null;
  readonly title: string;
  readonly filename: string;
  readonly totalBytes: number;
  /** Lower goes first. */
  readonly rank: number;
  /** Creates the video, or takes up one that was begun. May be called again after it failed. */
  readonly claim: (signal: AbortSignal) => Promise<Claim>;
}

/** A page need not be told of each packet. */
const SHOW_EVERY_MS = 100;

/** One file on its way. It goes on by itself over losses of the network; `state` tells how far it is. */
export class Upload {
  readonly #plan: UploadPlan;
  readonly #state: Changing<UploadState>;
  readonly #speed = new Speed();
  #claim: Claim | null = null;
  #job: UploadJob | null = null;
  #controller = new AbortController();
  #done!: Promise<VideoDetail>;
  #shownAt = 0;
  /** Settles when the run that was begun last has ended. */
  #running = Promise.resolve();
  #aborting: Promise<void> | null = null;

  constructor(plan: UploadPlan) {
    this.#plan = plan;
    this.#state = new Changing<UploadState>({
      phase: "creating",
      id: null,
      title: plan.title,
      filename: plan.filename,
      sentBytes: 0,
      totalBytes: plan.totalBytes,
      bytesPerSecond: null,
      remainingSeconds: null,
      error: null,
    });
    this.#start();
  }

  get state(): UploadState {
    return this.#state.value;
  }

  subscribe(listener: (state: UploadState) => void): Unsubscribe {
    return this.#state.subscribe(listener);
  }

  /**
   * The video once "complete" was taken; its encoding is what `watch` follows. Rejects with a LecternError when the
   * upload failed or was aborted; after `resume()` there is a new promise.
   */
  get done(): Promise<VideoDetail> {
    return this.#done;
  }

  /** Parts that are on their way are dropped and sent anew later. Nothing happens where it is over. */
  pause(): void {
    if (!this.#isUnderWay) return;
    this.#controller.abort();
    this.#change({ phase: "paused", bytesPerSecond: null, remainingSeconds: null, error: null });
  }

  /** Goes on after `pause()`, or once more after it failed. */
  resume(): void {
    if (this.state.phase === "paused" || this.state.phase === "failed") this.#start();
  }

  /** Gives it up: nothing of it stays, neither the video nor the parts in the store. */
  abort(): Promise<void> {
    if (this.state.phase !== "done") this.#aborting ??= this.#abort();
    return this.#aborting ?? Promise.resolve();
  }

  async #abort(): Promise<void> {
    this.#change({ phase: "aborted", bytesPerSecond: null, remainingSeconds: null, error: null });
    this.#controller.abort();
    this.#settle.reject(this.#error("ABORTED", "The upload was aborted."));
    // Its video may be being created at this moment.
    await this.#running;
    const job = this.#job;
    if (job !== null) {
      await job.forget();
      // Deleting takes the parts in the store along. Where it cannot be done now, the service does it in some days.
      await this.#plan.tools.api.remove(job.record.id).catch(() => {});
    }
    this.#release();
  }

  get #isUnderWay(): boolean {
    return !["paused", "done", "failed", "aborted"].includes(this.state.phase);
  }

  #settle!: { readonly resolve: (video: VideoDetail) => void; readonly reject: (error: LecternError) => void };

  #start(): void {
    if (this.state.phase !== "paused") {
      this.#done = new Promise((resolve, reject) => {
        this.#settle = { resolve, reject };
      });
      // Who looks at the state alone has handled it.
      this.#done.catch(() => {});
    }
    this.#speed.reset();
    this.#show(this.#working);
    this.#controller = new AbortController();
    const { signal } = this.#controller;
    // One after the other: what the run before has created is gone on with.
    this.#running = this.#running.then(() => this.#run(signal));
  }

  async #run(signal: AbortSignal): Promise<void> {
    try {
      signal.throwIfAborted();
      const job = await this.#prepared(signal);
      signal.throwIfAborted();
      this.#show(job.record.sent ? "completing" : "uploading");
      const video = await drive(job, signal);
      signal.throwIfAborted();
      await job.forget();
      signal.throwIfAborted();
      this.#release();
      this.#change({ phase: "done", sentBytes: this.state.totalBytes, remainingSeconds: 0, error: null });
      this.#settle.resolve(video);
    } catch (error) {
      if (signal.aborted) return;
      await this.#fail(error instanceof LecternError ? error : this.#error("REFUSED", String(error), error));
    }
  }

  async #prepared(signal: AbortSignal): Promise<UploadJob> {
    if (this.#job !== null) return this.#job;
    this.#show("creating");
    const { tools, file, rank, claim } = this.#plan;
    this.#claim ??= await insist(() => claim(signal), signal, this.#display.trouble);
    const { record, target } = this.#claim;
    this.#job = new UploadJob(tools, this.#display, file, rank, record, target);
    this.#change({ id: record.id, title: record.title, sentBytes: record.sentBytes });
    return this.#job;
  }

  async #fail(error: LecternError): Promise<void> {
    const job = this.#job;
    if (job !== null && !canBeTakenUp(error)) await job.forget();
    // A file that is no lecture leaves nothing behind that waits for one.
    if (job !== null && isNoLecture(error)) await this.#plan.tools.api.remove(job.record.id).catch(() => {});
    if (this.state.phase === "aborted") return;
    if (this.#plan.file === null) this.#release();
    this.#change({ phase: "failed", bytesPerSecond: null, remainingSeconds: null, error });
    this.#settle.reject(error);
  }

  #release(): void {
    this.#claim?.release();
    this.#claim = null;
    this.#job = null;
  }

  readonly #display: Display = {
    sent: (bytes) => {
      const now = performance.now();
      const last = bytes >= this.state.totalBytes;
      if (!this.#isUnderWay || (now - this.#shownAt < SHOW_EVERY_MS && !last)) return;
      this.#shownAt = now;
      const bytesPerSecond = this.#speed.add(bytes, now);
      const left = this.state.totalBytes - bytes;
      const remainingSeconds = bytesPerSecond === null || bytesPerSecond <= 0 ? null : left / bytesPerSecond;
      this.#change({ phase: "uploading", sentBytes: bytes, bytesPerSecond, remainingSeconds, error: null });
    },
    completing: () => {
      // Paused, or given up, when the last byte had just been sent.
      if (this.#isUnderWay) this.#show("completing");
    },
    trouble: (error) => {
      if (!this.#isUnderWay) return;
      this.#speed.hold();
      if (error === null) this.#change({ phase: this.#working, error: null });
      else if (error.code !== "NETWORK" && isOnline()) this.#change({ error });
      else this.#change({ phase: "offline", bytesPerSecond: null, remainingSeconds: null, error });
    },
  };

  /** What it does when nothing stands in the way. */
  #working: UploadPhase = "creating";

  #show(phase: UploadPhase): void {
    this.#working = phase;
    this.#change({ phase, error: null });
  }

  #change(changes: Partial<UploadState>): void {
    this.#state.set({ ...this.state, ...changes });
  }

  #error(code: "ABORTED" | "REFUSED", detail: string, cause?: unknown): LecternError {
    return localError(code, this.#plan.tools.locale, detail, cause);
  }
}

/** What failed for want of the file, a token or a setting can go on later; what the service refused cannot. */
function canBeTakenUp({ status, code }: LecternError): boolean {
  return status === 0 || status === 401 || status === 403 || code === "PRESIGN_FAILED" || code.startsWith("HTTP_");
}

function isNoLecture({ code }: LecternError): boolean {
  return code === "SOURCE_UNREADABLE" || code === "SOURCE_TOO_LARGE";
}
