import { hash } from "node:crypto";
import type { JWTPayload } from "jose";
import { LRUCache } from "lru-cache";
import type { TokenVerifier } from "./tokens.ts";

/** A token whose key was taken out of the key set is accepted for this much longer at most, once that was noticed. */
const REMEMBERED_MS = 60_000;
/** Bounds the memory: tokens are counted by their length, which their claims cannot exceed. */
const MOST_CHARACTERS = 16 * 1024 * 1024;
/** What an entry takes beside its claims, roughly. */
const ENTRY_CHARACTERS = 500;

interface Remembered {
  claims: JWTPayload;
  verifiedAt: number;
}

/**
 * Verifies a token once and then knows it again by its SHA-256, so that a poller's second request costs no signature.
 * Only what was accepted is remembered; the times in it are looked at each time, so no token outlives its `exp`.
 * @param skewSeconds clock skew forgiven, as in `verify`
 * @returns the same frozen claims for the same token while it is remembered
 */
export function rememberVerified(verify: TokenVerifier, skewSeconds: number): TokenVerifier {
  const remembered = new LRUCache<string, Remembered>({ maxSize: MOST_CHARACTERS });
  return async (token) => {
    const key = hash("sha256", token, "base64");
    const known = remembered.get(key);
    if (known !== undefined && isGood(known, skewSeconds)) return known.claims;
    const entry = { claims: Object.freeze(await verify(token)), verifiedAt: performance.now() };
    // Of requests that came at once the first makes the claims that all are given.
    const first = remembered.get(key);
    if (first !== undefined && first !== known) return first.claims;
    remembered.set(key, entry, { size: token.length + ENTRY_CHARACTERS });
    return entry.claims;
  };
}

/** By the rules of the verification itself, whole seconds included. */
function isGood({ claims: { exp, nbf }, verifiedAt }: Remembered, skewSeconds: number): boolean {
  if (performance.now() - verifiedAt >= REMEMBERED_MS) return false;
  const now = Math.floor(Date.now() / 1000);
  return exp !== undefined && exp > now - skewSeconds && (nbf === undefined || nbf <= now + skewSeconds);
}
