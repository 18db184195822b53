import { type ApiDescription, USER_TOKEN_SCHEME } from "@lectern/service-kit";

/** What the document says beside its routes. */
export const PROGRESS_API: ApiDescription = {
  description: [
    "How far videos and jobs are, for many who ask and many who listen. An authenticated, well-formed poll is always 200",
    "(or 304), with a truthful default where nothing could be read: `known: false`. The same answer serves what another",
    "tenant has: nothing tells whether it exists.",
    "",
    "- Ask again after `next_poll_ms`; null means that nothing will change. Send `If-None-Match`.",
    "- Drop an answer with a lower (`generation`, `version`) than the one before, and keep what you show at `known: false`.",
    "- Or listen: `streamVideoProgress` and the others push the same answers. Where headers cannot be set (EventSource,",
    "  WebSocket of browsers), `createProgressTicket` gives a ticket for `?ticket=`.",
    "",
    "Every route also answers without `/api/v1`, and with or without the final slash. What is not known is null, never left",
    "out. CORS headers are on every answer.",
    "",
    "Every refusal is `application/problem+json` (RFC 9457) with a stable `code`; each status lists the codes that it can",
    "carry. Others may be added: treat a code that you do not know by its status.",
  ].join("\n"),
  tags: [
    { name: "Progress", description: "Polls" },
    { name: "Streams", description: "Server-sent events, a WebSocket, and tickets for them" },
  ],
  securitySchemes: {
    userToken: USER_TOKEN_SCHEME,
    ticket: {
      type: "apiKey",
      in: "query",
      name: "ticket",
      description: "Of `createProgressTicket`: opens streams for 30 s, as often as wanted",
    },
  },
  refusals: ["UNAUTHENTICATED", "TENANT_MISSING", "KEY_SET_UNAVAILABLE"],
};
