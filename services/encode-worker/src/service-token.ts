import type { Logger } from "@lectern/service-kit";
import { SignJWT } from "jose";

const LIFETIME_SECONDS = 60;
/** What the verifier forgives anyway. */
const FORGIVEN_MS = 30_000;
/** An answer that claims more is not believed: a token must not be dated at will by whoever answers. */
const LARGEST_CORRECTION_MS = 24 * 3_600_000;

export interface ServiceTokens {
  sign(): Promise<string>;
  /**
   * Told the `Date` of an answer that refused a token: from now on tokens are dated by that clock, if it differs from
   * the one that the refused token was dated by. True where another token is worth a try.
   */
  correct(date: string | null): boolean;
}

/**
 * Signs tokens by which this service speaks to upload-service's internal API: short-lived, one a call. Who verifies
 * them goes by its own clock, so a machine whose clock is wrong would be refused for ever.
 */
export function createServiceTokens(secret: string, logger: Pick<Logger, "warn">): ServiceTokens {
  const key = new TextEncoder().encode(secret);
  let aheadMs = 0;
  return {
    sign() {
      const now = Math.floor((Date.now() + aheadMs) / 1_000);
      return new SignJWT({})
        .setProtectedHeader({ alg: "HS256" })
        .setSubject("encode-worker")
        .setAudience("media-internal")
        .setIssuedAt(now)
        .setExpirationTime(now + LIFETIME_SECONDS)
        .sign(key);
    },
    correct(date) {
      const wantedMs = Date.parse(date ?? "") - Date.now();
      if (!(Math.abs(wantedMs) <= LARGEST_CORRECTION_MS) || Math.abs(wantedMs - aheadMs) < FORGIVEN_MS) return false;
      aheadMs = wantedMs;
      logger.warn({ clock_off_ms: -wantedMs }, "this machine's clock is not upload-service's: set it right");
      return true;
    },
  };
}
