import { ProblemError, prefersEnglish } from "@lectern/service-kit";
import type { FastifyReply, FastifyRequest } from "fastify";
import type { PollDependencies } from "./dependencies.ts";
import { isNotModified } from "./etag.ts";
import type { PollOutcome } from "./metrics.ts";
import type { View } from "./views.ts";

const NOBODY = {};

/** @param cost polls that the request counts as. @throws ProblemError RATE_LIMITED */
export function admit(request: FastifyRequest, { limits, metrics }: PollDependencies, cost: number): void {
  const allowance = limits.take(request.claims ?? NOBODY, request.tenantId, cost);
  if (allowance.allowed) return;
  const { limitedBy, retryAfter } = allowance;
  metrics.refused(limitedBy);
  const who = limitedBy === "token" ? "this user" : "this tenant";
  throw new ProblemError("RATE_LIMITED", `More polls came of ${who} than are taken; wait ${retryAfter} s.`, {
    retryAfter,
  });
}

/** 200 with the JSON of `text`, or 304 where the client has it already; under pressure with `Retry-After`. */
export function sendAnswer<T>(
  request: FastifyRequest,
  reply: FastifyReply,
  { pressure }: PollDependencies,
  etag: string,
  of: T,
  textOf: (of: T) => string,
): void {
  reply.header("etag", etag).header("cache-control", "private, no-cache");
  const retryAfter = pressure.retryAfter();
  if (retryAfter !== null) reply.header("retry-after", String(retryAfter));
  if (isNotModified(request.headers["if-none-match"], etag)) reply.code(304).send();
  else reply.header("content-type", "application/json; charset=utf-8").send(textOf(of));
}

/** Adds to `Vary`, where the CORS headers may stand already. */
export function varyByLanguage(reply: FastifyReply): void {
  const vary = reply.getHeader("vary");
  reply.header("vary", vary === undefined ? "Accept-Language" : `${String(vary)}, Accept-Language`);
}

/** Whether a reason is to be English; nothing else has a language. */
export function wantsEnglish(request: FastifyRequest): boolean {
  return prefersEnglish(request.headers["accept-language"]);
}

export function outcomeOf(view: View | null): PollOutcome {
  if (view === null) return "unreachable";
  return view.snapshot.known ? "known" : "default";
}
