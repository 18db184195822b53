import type { Socket } from "node:net";
import type { ReconnectReason } from "@lectern/contracts";
import type { Subject, TenantId } from "@lectern/keys";
import type { Connection, StreamKind } from "./connections.ts";
import type { Followed, Follower } from "./followed.ts";
import { SSE_HEARTBEAT, sseEvent } from "./frames.ts";
import type { PushMetrics } from "./metrics.ts";
import { send } from "./sending.ts";
import type { TenantEvents } from "./tenant-events.ts";
import type { Language, Update } from "./update.ts";

/** The last event where a final state was shown: an EventSource that is not closed by it gets a 204 when it comes back. */
const END = sseEvent({ event: "end", data: "{}" });

export interface SseClientOptions {
  socket: Socket;
  tenantId: TenantId;
  language: Language;
  /** Epoch milliseconds. */
  expiresAt: number;
  metrics: PushMetrics;
}

/** One EventSource. All it has of its own is its place in what it follows; what is written to it is everybody's. */
abstract class SseClient implements Connection {
  abstract readonly kind: StreamKind;
  readonly socket: Socket;
  readonly tenantId: TenantId;
  readonly language: Language;
  readonly expiresAt: number;
  protected readonly metrics: PushMetrics;

  constructor({ socket, tenantId, language, expiresAt, metrics }: SseClientOptions) {
    this.socket = socket;
    this.tenantId = tenantId;
    this.language = language;
    this.expiresAt = expiresAt;
    this.metrics = metrics;
  }

  abstract gone(): void;

  write(bytes: Buffer): void {
    if (send(this.socket, bytes, this.kind, this.metrics)) this.metrics.sent(this.kind);
  }

  beat(): void {
    send(this.socket, SSE_HEARTBEAT, this.kind, this.metrics);
  }

  dismiss(reason: ReconnectReason, retryMs: number): void {
    const data = JSON.stringify({ type: "reconnect", reason, retry_ms: retryMs });
    this.write(sseEvent({ event: "reconnect", retryMs, data }));
    this.socket.end();
  }
}

/** Follows one video or job, to its final state. */
export class SubjectClient extends SseClient implements Follower {
  readonly kind = "sse";
  readonly #subject: Subject;
  readonly #followed: Followed;

  constructor(subject: Subject, followed: Followed, options: SseClientOptions) {
    super(options);
    this.#subject = subject;
    this.#followed = followed;
  }

  start(): void {
    this.#followed.follow(this.#subject, this);
  }

  show(update: Update): void {
    this.write(update.event(this.language));
    if (!update.final) return;
    this.write(END);
    this.socket.end();
  }

  gone(): void {
    this.#followed.unfollow(this.#subject, this);
  }
}

/** Hears of everything of its tenant that changes. */
export class TenantClient extends SseClient {
  readonly kind = "sse_tenant";
  readonly #events: TenantEvents;

  constructor(events: TenantEvents, options: SseClientOptions) {
    super(options);
    this.#events = events;
  }

  start(): void {
    this.#events.join(this);
  }

  gone(): void {
    this.#events.leave(this);
  }
}
