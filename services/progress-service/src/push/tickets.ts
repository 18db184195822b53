import { createHmac, timingSafeEqual } from "node:crypto";
import type { ProgressTicket } from "@lectern/contracts";
import { ProblemError, type TokenVerifier } from "@lectern/service-kit";

import { shortName } from "../short-name.ts";

type Claims = Awaited<ReturnType<TokenVerifier>>;

const TICKET_SECONDS = 30;
/** By so much the clocks of two processes may differ. */
const SKEW_SECONDS = 5;
const SHAPE = /^v1\.([\w-]{1,1500})\.([\w-]{43})$/;

export interface Tickets {
  /** For who has the token of these claims. */
  issue: (claims: Claims) => ProgressTicket;
  /** The claims of the token that the ticket was had for. @throws ProblemError UNAUTHENTICATED */
  redeem: (ticket: string) => Claims;
}

interface Content {
  tenant: unknown;
  /** Short of length: it says whose the streams are, for the rate limit alone. */
  sub: string | null;
  /** Epoch seconds until which it opens streams. */
  until: number;
  /** `exp` of the token: streams do not outlive it. */
  exp: number;
}

/**
 * Tickets that any process with the same secret redeems, for half a minute and as often as wanted: processes share
 * nothing where one could be marked as used. Signed, not encrypted: tenant and `sub` can be read in it.
 */
export function createTickets(secret: string): Tickets {
  const sign = (payload: string): Buffer => createHmac("sha256", secret).update(`progress-ticket.${payload}`).digest();
  return {
    issue: ({ tenant_id: tenant, sub = null, exp = 0 }) => {
      const now = Date.now();
      const until = Math.min(Math.floor(now / 1000) + TICKET_SECONDS, exp);
      const content: Content = { tenant, sub: sub === null ? null : shortName(String(sub)), until, exp };
      const payload = Buffer.from(JSON.stringify(content)).toString("base64url");
      return {
        ticket: `v1.${payload}.${sign(payload).toString("base64url")}`,
        expires_in: Math.max(0, until - Math.floor(now / 1000)),
        expires_at: new Date(until * 1000).toISOString(),
      };
    },
    redeem: (ticket) => {
      const [, payload, signature] = SHAPE.exec(ticket) ?? [];
      if (payload === undefined || signature === undefined) throw refused("The ticket is not well-formed.");
      const given = Buffer.from(signature, "base64url");
      const right = sign(payload);
      if (given.length !== right.length || !timingSafeEqual(given, right)) throw refused("The ticket is not valid.");
      // Signed by us: it holds what `issue` put there.
      const { tenant, sub, until, exp } = JSON.parse(Buffer.from(payload, "base64url").toString()) as Content;
      if (until + SKEW_SECONDS < Date.now() / 1000) throw refused("The ticket has expired; get a new one.");
      return { tenant_id: tenant, exp, ...(sub !== null && { sub }) };
    },
  };
}

function refused(detail: string): ProblemError {
  return new ProblemError("UNAUTHENTICATED", detail);
}
