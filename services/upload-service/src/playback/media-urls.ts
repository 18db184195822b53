import { createHmac } from "node:crypto";
import type { ObjectStore } from "@lectern/object-store";

/** How browsers reach one object of the bucket for a limited time. */
export interface MediaUrls {
  /** From `expires - lifetime` to `expires`, in epoch seconds; the same period gives the same address. */
  sign(key: string, period: { expires: number; lifetime: number }): Promise<string>;
}

export function storeUrls(store: Pick<ObjectStore, "presignPublicGet">): MediaUrls {
  return {
    sign: (key, { expires, lifetime }) =>
      store.presignPublicGet(key, {
        expiresSeconds: lifetime,
        signedAt: new Date((expires - lifetime) * 1000),
      }),
  };
}

/** The lifetime that the CDN's rule is set to, in seconds: the longest that an address can be good. */
const RULE_SECONDS = 7 * 24 * 60 * 60;

/**
 * A CDN in front of the bucket that checks `?verify=<time>-<MAC>` as Cloudflare's `is_timed_hmac_valid_v0` does: the MAC is
 * of the path and the time. The time is set so that the rule's lifetime ends when the address is to end.
 */
export function cdnUrls(baseUrl: string, secret: string): MediaUrls {
  const { origin, pathname } = new URL(baseUrl);
  const folder = pathname.replace(/\/$/, "");
  return {
    sign(key, { expires }) {
      const path = `${folder}/${key.split("/").map(encodeURIComponent).join("/")}`;
      const time = String(expires - RULE_SECONDS);
      const mac = createHmac("sha256", secret)
        .update(path + time)
        .digest("base64");
      return Promise.resolve(`${origin}${path}?verify=${time}-${encodeURIComponent(mac)}`);
    },
  };
}
