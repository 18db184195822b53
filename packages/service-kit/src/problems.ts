import { PROBLEMS, type Problem, type ProblemCode } from "@lectern/contracts";
import type { FastifyError, FastifyReply, FastifyRequest } from "fastify";

interface ProblemExtras {
  /** Seconds, sent as `Retry-After`. */
  retryAfter?: number;
  /** Further members of the body. */
  members?: Partial<Pick<Problem, "current_status" | "error_reason" | "missing_parts">>;
  cause?: unknown;
}

/** An expected refusal: thrown by a handler, answered as RFC 9457 `application/problem+json`. */
export class ProblemError extends Error {
  readonly code: ProblemCode;
  readonly retryAfter: number | undefined;
  readonly members: NonNullable<ProblemExtras["members"]>;

  /** @param detail what is wrong and what the caller can do about it */
  constructor(code: ProblemCode, detail: string, extras: ProblemExtras = {}) {
    super(detail, { cause: extras.cause });
    this.code = code;
    this.retryAfter = extras.retryAfter;
    this.members = extras.members ?? {};
  }
}

/** What Fastify itself refuses, under our codes. */
const FRAMEWORK: Record<string, { code: ProblemCode; detail?: string }> = {
  FST_ERR_VALIDATION: { code: "VALIDATION_FAILED" },
  FST_ERR_CTP_INVALID_MEDIA_TYPE: { code: "UNSUPPORTED_MEDIA_TYPE", detail: "Send the body as application/json." },
  FST_ERR_CTP_EMPTY_JSON_BODY: { code: "VALIDATION_FAILED", detail: "The body is empty; send a JSON object." },
  FST_ERR_CTP_INVALID_JSON_BODY: { code: "VALIDATION_FAILED", detail: "The body is not valid JSON." },
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: { code: "VALIDATION_FAILED" },
  FST_ERR_CTP_BODY_TOO_LARGE: { code: "BODY_TOO_LARGE", detail: "The body is larger than this route takes." },
  FST_ERR_BAD_URL: { code: "VALIDATION_FAILED", detail: "The URL is not well-formed." },
  FST_ERR_MAX_PARAM_LENGTH: { code: "MALFORMED_ID", detail: "The id is too long." },
};

/** Turns anything thrown into an answer; only what nobody expected is logged as an error and answered 500. */
export function toProblem(error: FastifyError | Error): ProblemError {
  if (error instanceof ProblemError) return error;
  const code = "code" in error && typeof error.code === "string" ? error.code : "";
  const known = FRAMEWORK[code];
  if (known) return new ProblemError(known.code, known.detail ?? `${error.message}.`, { cause: error });
  const status = "statusCode" in error && typeof error.statusCode === "number" ? error.statusCode : 500;
  if (status >= 400 && status < 500) return new ProblemError("VALIDATION_FAILED", error.message, { cause: error });
  return new ProblemError("INTERNAL", "Try again later; the request's id finds the cause in the log.", {
    cause: error,
  });
}

/** The RFC 9457 body of a problem; of a request that could not be parsed there is nothing to name. */
export function problemBody(problem: ProblemError, request?: { id: string; url: string }): Problem {
  const { status, title } = PROBLEMS[problem.code];
  return {
    type: `urn:problem:${problem.code.toLowerCase().replaceAll("_", "-")}`,
    title,
    status,
    code: problem.code,
    detail: problem.message,
    ...(request === undefined ? {} : { instance: request.url.split("?", 1)[0] ?? "/", request_id: request.id }),
    ...problem.members,
  };
}

export function sendProblem(problem: ProblemError, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const body = problemBody(problem, request);
  if (problem.retryAfter !== undefined) reply.header("retry-after", String(problem.retryAfter));
  if (problem.code === "UNAUTHENTICATED") reply.header("www-authenticate", 'Bearer error="invalid_token"');
  // Serialised here: a route's own error schema is documentation, and must not be able to drop a member.
  return reply
    .code(body.status)
    .header("cache-control", "no-store")
    .type("application/problem+json")
    .serializer(JSON.stringify)
    .send(body);
}
