import { type ApiDescription, USER_TOKEN_SCHEME } from "@lectern/service-kit";

const ERRORS = [
  "Every refusal is `application/problem+json` (RFC 9457) with a stable `code`; each status lists the codes that it can",
  "carry. Others may be added: treat a code that you do not know by its status.",
].join(" ");

/** What the public document says beside its routes. */
export const PUBLIC_API: ApiDescription = {
  description: [
    "Uploads of lectures and what became of them. The file itself goes straight to the object store:",
    "",
    "1. `createVideo` announces it and answers where to PUT it.",
    "2. The browser PUTs the file there, with exactly those headers.",
    "3. `completeUpload` confirms it; the encode is queued before the answer leaves.",
    "4. progress-service says how far it is; `getVideo` has the result, and `getPlayback` an address that plays it.",
    "",
    "A large file goes up in parts, which can be resumed: `openMultipartUpload`, `signParts`, PUT each, `recordParts`,",
    "`completeMultipartUpload`, and then `completeUpload` as well.",
    "",
    "The tenant comes from the token alone, and another tenant's video answers as a missing one. Every route also answers",
    "without `/api/v1`, and with or without the final slash. What is not known is null, never left out. CORS headers are on",
    "every answer.",
    "",
    ERRORS,
  ].join("\n"),
  tags: [
    { name: "Videos", description: "Announce, list, read, end, try again, delete" },
    { name: "Uploads", description: "Where the file goes, and its confirmation" },
    { name: "Playback", description: "Addresses that play a private video for a limited time" },
    { name: "Jobs", description: "Work of any kind, as the database has it" },
  ],
  securitySchemes: {
    userToken: USER_TOKEN_SCHEME,
  },
  refusals: ["UNAUTHENTICATED", "TENANT_MISSING", "KEY_SET_UNAVAILABLE", "DATABASE_UNAVAILABLE"],
};

/** Likewise of the internal one. */
export const INTERNAL_API: ApiDescription = {
  description: [
    "What workers report, and what operators set. On a port of its own that is never routed from outside.",
    "",
    "A run is named by `generation`, `attempt` and `run_token`, any string that is unique to it. 409 `STALE_RUN` and 410",
    "`VIDEO_DELETED` end it: stop the work, clean up, and do not try again.",
    "",
    ERRORS,
  ].join("\n"),
  tags: [
    { name: "Videos", description: "Runs of the encode" },
    { name: "Jobs", description: "Work that another team's worker does, shown in progress as an encode is" },
    { name: "Tenants", description: "Shares and limits" },
  ],
  securitySchemes: {
    serviceToken: {
      type: "http",
      scheme: "bearer",
      bearerFormat: "JWT",
      description: "A service's token: `aud` = `media-internal`, `exp`, signed with `INTERNAL_JWT_SECRET`",
    },
  },
  refusals: ["UNAUTHENTICATED", "DATABASE_UNAVAILABLE"],
};
