import { createHmac, timingSafeEqual } from "node:crypto";
import { parseTenantId, parseVideoId, type TenantId, type VideoId } from "@lectern/keys";

/** What a ticket plays, and for how long; times in epoch seconds. */
export interface Grant {
  tenantId: TenantId;
  videoId: VideoId;
  generation: number;
  attempt: number;
  expires: number;
  /** Seconds: what it opens is signed as of `expires - lifetime`, so the same ticket gives the same addresses. */
  lifetime: number;
}

export type Redeemed = { kind: "good"; grant: Grant } | { kind: "expired" } | { kind: "invalid" };

export interface Tickets {
  issue(grant: Grant): string;
  redeem(ticket: string, nowSeconds: number): Redeemed;
}

const SHAPE = /^((?:[0-9a-z]{1,11}\.){6})([\w-]{43})$/;

/**
 * Tickets stand in the path of a URL, since players that are built in send no headers: the references within a playlist
 * stay relative, and keep the ticket. Signed, not encrypted: whoever has the URL may play, and may see the numbers.
 */
export function createTickets(secret: string): Tickets {
  const sign = (payload: string): Buffer => createHmac("sha256", secret).update(`playback.${payload}`).digest();
  return {
    issue({ tenantId, videoId, generation, attempt, expires, lifetime }) {
      const numbers = [tenantId, videoId, generation, attempt, expires, lifetime];
      const payload = numbers.map((number) => `${number.toString(36)}.`).join("");
      return payload + sign(payload).toString("base64url");
    },
    redeem(ticket, nowSeconds) {
      const [, payload, signature] = SHAPE.exec(ticket) ?? [];
      if (payload === undefined || signature === undefined) return { kind: "invalid" };
      const right = sign(payload);
      const given = Buffer.from(signature, "base64url");
      if (given.length !== right.length || !timingSafeEqual(given, right)) return { kind: "invalid" };
      const [tenant, video, generation = 0, attempt = 0, expires = 0, lifetime = 0] = payload
        .split(".")
        .map((text) => Number.parseInt(text, 36));
      const tenantId = parseTenantId(tenant);
      const videoId = parseVideoId(video);
      if (tenantId === null || videoId === null) return { kind: "invalid" };
      if (expires <= nowSeconds) return { kind: "expired" };
      return { kind: "good", grant: { tenantId, videoId, generation, attempt, expires, lifetime } };
    },
  };
}
