/** Headers that callers may send, beside those of HTTP itself. */
export const REQUEST_HEADERS = {
  "Accept-Language": {
    description: "`error_reason` is Korean unless English is preferred here.",
    example: "en-GB, ko;q=0.8",
  },
  "If-None-Match": {
    description: "The `ETag` of an earlier answer: an unchanged one is a 304 without a body.",
    example: '"1.3.375"',
  },
  "Last-Event-ID": {
    description:
      "The `id` of the last event seen, as an EventSource sends it. There is no history: the present state comes.",
    example: "1.3.17",
  },
} as const;

/** Headers of answers, beside those of HTTP itself and of CORS. */
export const ANSWER_HEADERS = {
  "Cache-Control": { description: "How long, and by whom, the answer may be kept", always: true, example: "no-store" },
  ETag: { description: "Of all that is said but the pace of polling", always: true, example: '"1.3.375"' },
  Location: { description: "Path of what was created", always: true, example: "/api/v1/media/videos/42/" },
  "Retry-After": { description: "Seconds after which to call again", always: true, example: "2" },
  "Retry-After, under pressure": {
    description: "Seconds: the process is busy, and asks for a slower pace than `next_poll_ms`",
    always: false,
    example: "7",
  },
  Vary: { description: "Request headers that the answer depends on", always: true, example: "Accept-Language" },
  "WWW-Authenticate": { description: "RFC 6750", always: true, example: 'Bearer error="invalid_token"' },
} as const;

/** Header parameters, as JSON schemas by name. @throws for a name that is not listed above */
export function requestHeadersOf(names: readonly string[]): Record<string, unknown> {
  return byName(names, REQUEST_HEADERS, ({ description, example }) => ({
    type: "string",
    description,
    examples: [example],
  }));
}

/** Header objects by name. @throws for a name that is not listed above */
export function answerHeadersOf(names: readonly string[]): Record<string, unknown> {
  return byName(names, ANSWER_HEADERS, ({ description, always, example }) => ({
    description,
    ...(always && { required: true }),
    schema: { type: "string" },
    example,
  }));
}

function byName<T>(names: readonly string[], known: Readonly<Record<string, T>>, write: (header: T) => object) {
  const entries = names.map((name) => {
    const header = known[name];
    if (header === undefined)
      throw new Error(`No header "${name}" is described; use ${Object.keys(known).join(", ")}.`);
    return [name.split(",", 1)[0], write(header)];
  });
  return Object.fromEntries(entries);
}
