import type { FastifyReply, FastifyRequest } from "fastify";
import { etagOf, isNotModified } from "./etag.ts";
import { SLOW_PACE } from "./pace.ts";

const SLOW_END = `"next_poll_ms":${SLOW_PACE.least}}`;

/** A view as JSON, twice: with the pace as it is, for the ETag, and with jitter, to be sent. */
export interface Rendered {
  stable: string;
  sent: string;
}

/** @param stable a view as JSON, `next_poll_ms` last */
export function withJitter(stable: string): Rendered {
  if (!stable.endsWith(SLOW_END)) return { stable, sent: stable };
  const pace = SLOW_PACE.least + Math.floor(Math.random() * (SLOW_PACE.most - SLOW_PACE.least + 1));
  return { stable, sent: `${stable.slice(0, -SLOW_END.length)}"next_poll_ms":${pace}}` };
}

/** 200 with the view, or 304 where the client has it already. */
export function sendView(request: FastifyRequest, reply: FastifyReply, { stable, sent }: Rendered): FastifyReply {
  const etag = etagOf(stable);
  reply.header("etag", etag).header("cache-control", "private, no-cache");
  if (isNotModified(request.headers["if-none-match"], etag)) return reply.code(304).send();
  return reply.header("content-type", "application/json; charset=utf-8").send(sent);
}

/** Adds to `Vary`, where the CORS headers may stand already. */
export function varyByLanguage(reply: FastifyReply): void {
  const vary = reply.getHeader("vary");
  reply.header("vary", vary === undefined ? "Accept-Language" : `${String(vary)}, Accept-Language`);
}
