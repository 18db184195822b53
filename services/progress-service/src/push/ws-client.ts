import type { Socket } from "node:net";
import {
  MAX_WS_SUBSCRIPTIONS,
  type ProblemCode,
  type ReconnectReason,
  WS_CLOSE,
  type WsError,
  WsRequest,
} from "@lectern/contracts";
import { jobRef, parseJobId, parseVideoId, type Subject, subjectName, type TenantId, videoRef } from "@lectern/keys";
import { Compile } from "typebox/compile";
import type { RawData, WebSocket } from "ws";
import type { Allowance } from "../rate-limits.ts";
import type { Connection } from "./connections.ts";
import type { Followed, Follower } from "./followed.ts";
import { PING_FRAME, pongFrame, textFrame } from "./frames.ts";
import type { PushMetrics } from "./metrics.ts";
import { send } from "./sending.ts";
import type { Language, Update } from "./update.ts";

const Requests = Compile(WsRequest);
/** Subscribing to so many costs as much as one poll. */
const SUBJECTS_A_POLL = 10;

export interface WsClientOptions {
  ws: WebSocket;
  /** The one that `ws` works on: what all are sent is written to it as finished frames. */
  socket: Socket;
  tenantId: TenantId;
  language: Language;
  /** Epoch milliseconds. */
  expiresAt: number;
  metrics: PushMetrics;
  followed: Followed;
  /** Whether a message that counts as so many polls is taken now. */
  take: (cost: number) => Allowance;
}

/** One WebSocket, which follows many videos and jobs. */
export class WsClient implements Connection, Follower {
  readonly kind = "ws";
  readonly socket: Socket;
  readonly tenantId: TenantId;
  readonly expiresAt: number;
  readonly #options: WsClientOptions;
  readonly #subjects = new Map<string, Subject>();

  constructor(options: WsClientOptions) {
    this.#options = options;
    this.socket = options.socket;
    this.tenantId = options.tenantId;
    this.expiresAt = options.expiresAt;
  }

  show(update: Update): void {
    if (update.final) this.#subjects.delete(subjectName(update.view.subject));
    this.#write(update.frame(this.#options.language));
  }

  beat(): void {
    send(this.socket, PING_FRAME, this.kind, this.#options.metrics);
  }

  /** Answers a ping, as far as the client takes what it is sent. */
  pong(data: Buffer): void {
    send(this.socket, pongFrame(data), this.kind, this.#options.metrics);
  }

  dismiss(reason: ReconnectReason, retryMs: number): void {
    const message = JSON.stringify({ type: "reconnect", reason, retry_ms: retryMs });
    this.#write(textFrame(message));
    this.#options.ws.close(reason === "shutdown" ? WS_CLOSE.restart : WS_CLOSE.tokenExpired, message);
  }

  gone(): void {
    for (const subject of this.#subjects.values()) this.#options.followed.unfollow(subject, this);
    this.#subjects.clear();
  }

  /** Whatever a client says, it is answered or followed, never thrown. */
  hear(data: RawData, isBinary: boolean): void {
    const request = isBinary ? null : parse(String(data));
    if (request === null) {
      this.#refuse("VALIDATION_FAILED", 'Send JSON as {"type": "subscribe", "videos": [7], "jobs": ["a"]}.');
      return;
    }
    const { videos = [], jobs = [] } = request;
    const allowance = this.#options.take(Math.max(1, Math.ceil((videos.length + jobs.length) / SUBJECTS_A_POLL)));
    if (!allowance.allowed) {
      this.#refuse("RATE_LIMITED", "More was said than is taken; wait.", allowance.retryAfter);
      return;
    }
    const subjects = subjectsOf(this.tenantId, videos, jobs);
    if (subjects === null) {
      this.#refuse("MALFORMED_ID", "A video id is a whole number from 1, a job id 1 to 64 letters, digits, _ and -.");
      return;
    }
    if (request.type === "unsubscribe") this.#unsubscribe(subjects);
    else this.#subscribe(subjects);
  }

  #subscribe(subjects: ReadonlyMap<string, Subject>): void {
    const added = [...subjects.keys()].filter((name) => !this.#subjects.has(name)).length;
    if (this.#subjects.size + added > MAX_WS_SUBSCRIPTIONS) {
      this.#refuse("VALIDATION_FAILED", `One connection follows at most ${MAX_WS_SUBSCRIPTIONS} videos and jobs.`);
      return;
    }
    for (const [name, subject] of subjects) {
      this.#subjects.set(name, subject);
      this.#options.followed.follow(subject, this);
    }
  }

  #unsubscribe(subjects: ReadonlyMap<string, Subject>): void {
    for (const [name, subject] of subjects)
      if (this.#subjects.delete(name)) this.#options.followed.unfollow(subject, this);
  }

  #refuse(code: ProblemCode, detail: string, retryAfter: number | null = null): void {
    const error: WsError = { type: "error", code, detail, retry_after: retryAfter };
    this.#write(textFrame(JSON.stringify(error)));
  }

  #write(frame: Buffer): void {
    const { metrics } = this.#options;
    if (send(this.socket, frame, this.kind, metrics)) metrics.sent(this.kind);
  }
}

function parse(text: string): WsRequest | null {
  try {
    const said: unknown = JSON.parse(text);
    return Requests.Check(said) ? said : null;
  } catch {
    return null;
  }
}

/** By their names; null where one of the ids is none. */
function subjectsOf(
  tenantId: TenantId,
  videos: readonly unknown[],
  jobs: readonly unknown[],
): ReadonlyMap<string, Subject> | null {
  const subjects = new Map<string, Subject>();
  for (const video of videos) {
    const id = parseVideoId(video);
    if (id === null) return null;
    const subject = videoRef(tenantId, id);
    subjects.set(subjectName(subject), subject);
  }
  for (const job of jobs) {
    const id = parseJobId(job);
    if (id === null) return null;
    const subject = jobRef(tenantId, id);
    subjects.set(subjectName(subject), subject);
  }
  return subjects;
}
