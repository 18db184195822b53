import { hash } from "node:crypto";
import type { TenantId } from "@lectern/keys";
import { LRUCache } from "lru-cache";
import { shortName } from "./short-name.ts";

export type LimitedBy = "token" | "tenant";

export interface RateLimitOptions {
  /** Polls a second; 0 for no limit. */
  perToken: number;
  perTenant: number;
}

/** What may be asked: `limitedBy` names the limit that was reached, and `retryAfter` the whole seconds until it is over. */
export type Allowance = { allowed: true } | { allowed: false; limitedBy: LimitedBy; retryAfter: number };

/** The same object as long as a token is remembered: by it a bucket is found without making a text. */
export interface Claims {
  readonly [name: string]: unknown;
}

export interface RateLimits {
  /**
   * @param claims of the token or ticket: who has the same `sub` in the same tenant is one user
   * @param cost polls that this request counts as; never more than may be had at once
   */
  take: (claims: Claims, tenantId: TenantId, cost: number) => Allowance;
}

/** Seconds' worth that may be asked at once by who was quiet before: a page that opens asks for much. */
const BURST_SECONDS = 5;
const MOST_TENANTS = 10_000;
const MOST_USERS = 100_000;
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
  const remembered = new WeakMap<Claims, Bucket>();
  const users = new LRUCache<string, Bucket>({ max: MOST_USERS });
  const tenants = new LRUCache<TenantId, Bucket>({ max: MOST_TENANTS });

  function full(perSecond: number, now: number): Bucket {
    return { left: perSecond * BURST_SECONDS, filledAt: now };
  }

  function bucketOf(claims: Claims, tenantId: TenantId, now: number): Bucket {
    const known = remembered.get(claims);
    if (known !== undefined) return known;
    const user = userOf(claims, tenantId);
    const bucket = users.get(user) ?? full(perToken, now);
    users.set(user, bucket);
    remembered.set(claims, bucket);
    return bucket;
  }

  /** Seconds to wait until the bucket holds `cost`; 0: it does. */
  function wait(bucket: Bucket, perSecond: number, cost: number, now: number): number {
    const most = perSecond * BURST_SECONDS;
    bucket.left = Math.min(most, bucket.left + ((now - bucket.filledAt) / 1000) * perSecond);
    bucket.filledAt = now;
    return bucket.left >= cost ? 0 : (cost - bucket.left) / perSecond;
  }

  /** What costs more than a bucket ever holds takes all of it: it would be refused for ever. */
  function charge(cost: number, perSecond: number): number {
    return Math.min(cost, perSecond * BURST_SECONDS);
  }

  if (perToken <= 0 && perTenant <= 0) return { take: () => ALLOWED };
  return {
    take: (claims, tenantId, cost) => {
      const now = performance.now();
      let ofUser: Bucket | undefined;
      if (perToken > 0) {
        ofUser = bucketOf(claims, tenantId, now);
        const seconds = wait(ofUser, perToken, charge(cost, perToken), now);
        if (seconds > 0) return refusal("token", seconds);
      }
      if (perTenant > 0) {
        let ofTenant = tenants.get(tenantId);
        if (ofTenant === undefined) {
          ofTenant = full(perTenant, now);
          tenants.set(tenantId, ofTenant);
        }
        const seconds = wait(ofTenant, perTenant, charge(cost, perTenant), now);
        if (seconds > 0) return refusal("tenant", seconds);
        ofTenant.left -= charge(cost, perTenant);
      }
      if (ofUser !== undefined) ofUser.left -= charge(cost, perToken);
      return ALLOWED;
    },
  };
}

/** A token without `sub` stands for itself. */
function userOf(claims: Claims, tenantId: TenantId): string {
  const { sub } = claims;
  return typeof sub === "string"
    ? `${tenantId}:sub:${shortName(sub)}`
    : `${tenantId}:token:${hash("sha256", JSON.stringify(claims), "base64url")}`;
}

/** Up to two seconds more, drawn anew: those who were refused together do not come back together. */
function refusal(limitedBy: LimitedBy, seconds: number): Allowance {
  return { allowed: false, limitedBy, retryAfter: Math.ceil(seconds) + Math.floor(Math.random() * 3) };
}
