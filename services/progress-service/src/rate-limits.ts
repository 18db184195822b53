import type { TenantId } from "@lectern/keys";
import { LRUCache } from "lru-cache";

export type LimitedBy = "token" | "tenant";

export interface RateLimitOptions {
  /** Polls a second; 0 for no limit. */
  perToken: number;
  perTenant: number;
}

/** What may be asked: `limitedBy` names the limit that was reached, and `retryAfter` the whole seconds until it is over. */
export type Allowance = { allowed: true } | { allowed: false; limitedBy: LimitedBy; retryAfter: number };

export interface RateLimits {
  /**
   * @param token an object that stands for the token: the same one as long as it is remembered
   * @param cost polls that this request counts as
   */
  take: (token: object, tenantId: TenantId, cost: number) => Allowance;
}

/** Seconds' worth that may be asked at once by who was quiet before: a page that opens asks for much. */
const BURST_SECONDS = 5;
const MOST_TENANTS = 10_000;
const ALLOWED = { allowed: true } as const;

interface Bucket {
  left: number;
  filledAt: number;
}

/**
 * Token buckets in process memory: a runaway client is told to wait, and one tenant cannot take the whole process.
 * Each process counts by itself.
 */
export function createRateLimits({ perToken, perTenant }: RateLimitOptions): RateLimits {
  const tokens = new WeakMap<object, Bucket>();
  const tenants = new LRUCache<TenantId, Bucket>({ max: MOST_TENANTS });

  function full(perSecond: number, now: number): Bucket {
    return { left: perSecond * BURST_SECONDS, filledAt: now };
  }

  /** Seconds to wait until the bucket holds `cost`; 0: it does. */
  function wait(bucket: Bucket, perSecond: number, cost: number, now: number): number {
    const filled = bucket.left + ((now - bucket.filledAt) / 1000) * perSecond;
    bucket.left = Math.min(perSecond * BURST_SECONDS, filled);
    bucket.filledAt = now;
    return bucket.left >= cost ? 0 : (cost - bucket.left) / perSecond;
  }

  return {
    take: (token, tenantId, cost) => {
      const now = performance.now();
      let ofToken: Bucket | undefined;
      if (perToken > 0) {
        ofToken = tokens.get(token);
        if (ofToken === undefined) {
          ofToken = full(perToken, now);
          tokens.set(token, ofToken);
        }
        const seconds = wait(ofToken, perToken, cost, now);
        if (seconds > 0) return refusal("token", seconds);
      }
      if (perTenant > 0) {
        let ofTenant = tenants.get(tenantId);
        if (ofTenant === undefined) {
          ofTenant = full(perTenant, now);
          tenants.set(tenantId, ofTenant);
        }
        const seconds = wait(ofTenant, perTenant, cost, now);
        if (seconds > 0) return refusal("tenant", seconds);
        ofTenant.left -= cost;
      }
      if (ofToken !== undefined) ofToken.left -= cost;
      return ALLOWED;
    },
  };
}

/** Up to two seconds more, drawn anew: those who were refused together do not come back together. */
function refusal(limitedBy: LimitedBy, seconds: number): Allowance {
  return { allowed: false, limitedBy, retryAfter: Math.ceil(seconds) + Math.floor(Math.random() * 3) };
}
