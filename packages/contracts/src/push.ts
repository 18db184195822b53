import { type Static, Type } from "typebox";
import { Nullable, OneOf, Timestamp } from "./common.ts";

/** Answer of `POST /api/v1/progress/tickets`: sent as `?ticket=` by who cannot set headers. */
export const ProgressTicket = Type.Object({
  ticket: Type.String(),
  expires_in: Type.Integer({ description: "Seconds in which a stream or WebSocket may be opened with it" }),
  expires_at: Timestamp,
});
export type ProgressTicket = Static<typeof ProgressTicket>;

export const StreamQuery = Type.Object({
  ticket: Type.Optional(Type.String({ maxLength: 2_048, description: "Where no Authorization header can be sent" })),
});

export const TenantStreamQuery = Type.Object({
  ...StreamQuery.properties,
  scope: Type.Unsafe<"tenant">({
    type: "string",
    enum: ["tenant"],
    description: "What is followed",
    examples: ["tenant"],
  }),
});

/** Most videos and jobs that one WebSocket may follow at a time. */
export const MAX_WS_SUBSCRIPTIONS = 1_000;
/** Most bytes of one message of a client. */
export const MAX_WS_MESSAGE_BYTES = 64 * 1024;

/** What a client says on the WebSocket. Subscribing again to the same brings its present state again. */
export const WsRequest = Type.Object(
  {
    type: OneOf(["subscribe", "unsubscribe"]),
    videos: Type.Optional(
      Type.Array(Type.Unsafe<number | string>({ type: ["integer", "string"] }), { maxItems: MAX_WS_SUBSCRIPTIONS }),
    ),
    jobs: Type.Optional(Type.Array(Type.String(), { maxItems: MAX_WS_SUBSCRIPTIONS })),
  },
  { additionalProperties: false },
);
export type WsRequest = Static<typeof WsRequest>;

/**
 * A state, of a video (`video_id`) or job (`job_id`): `state` is the answer of its poll. `final`: it is the last one, and
 * the subscription is over.
 */
export const WsState = Type.Object({
  type: OneOf(["state"]),
  video_id: Type.Optional(Type.Integer()),
  job_id: Type.Optional(Type.String()),
  event_id: Type.String({ description: "<generation>.<version>.<sequence>" }),
  final: Type.Boolean(),
  state: Type.Unknown(),
});
export type WsState = Static<typeof WsState>;

/** What a client said could not be used. Everything else of the connection goes on. */
export const WsError = Type.Object({
  type: OneOf(["error"]),
  code: Type.String({ description: "As in problem+json" }),
  detail: Type.String(),
  retry_after: Nullable(Type.Integer({ description: "Seconds" })),
});
export type WsError = Static<typeof WsError>;

/** Why a stream ends without a final state. */
export const RECONNECT_REASONS = ["shutdown", "token_expired"] as const;
export type ReconnectReason = (typeof RECONNECT_REASONS)[number];

/** The connection ends now: come back after `retry_ms`, with a new ticket or token. Also the data of SSE's `reconnect`. */
export const Reconnect = Type.Object({
  type: OneOf(["reconnect"]),
  reason: OneOf(RECONNECT_REASONS),
  retry_ms: Type.Integer({ minimum: 0 }),
});
export type Reconnect = Static<typeof Reconnect>;

export type WsMessage = WsState | WsError | Reconnect;

/** WebSocket close codes: 1012 is the protocol's "service restart"; 4401 is ours, the token's `exp` has passed. */
export const WS_CLOSE = { restart: 1012, tokenExpired: 4401 } as const;
