import { createLocalJWKSet, createRemoteJWKSet, errors, type JWTVerifyGetKey } from "jose";

const FETCH_LIMIT_MS = 2_000;
const PACE = {
  /** How long a set is taken for what it was when it was fetched. */
  freshMs: 10 * 60_000,
  /** Least time between two fetches that nobody waits for, or for keys that strangers may have made up. */
  cooldownMs: 5_000,
};

/**
 * The keys at `url`. What was fetched once serves on while the set is fetched anew in the background, also where
 * that fails: the outage of an identity provider shuts nobody out whose key is known.
 * @throws what jose throws; for a key that is not known, where the set cannot be fetched, the fault of fetching
 */
export function rememberedKeySet(url: string, pace = PACE): JWTVerifyGetKey {
  const remote = createRemoteJWKSet(new URL(url), {
    timeoutDuration: FETCH_LIMIT_MS,
    cooldownDuration: pace.cooldownMs,
    cacheMaxAge: pace.freshMs,
  });
  let known: JWTVerifyGetKey | undefined;
  let triedAt = Number.NEGATIVE_INFINITY;

  async function renew(): Promise<JWTVerifyGetKey> {
    triedAt = performance.now();
    await remote.reload();
    known = createLocalJWKSet(remote.jwks() ?? { keys: [] });
    return known;
  }

  return async (header, token) => {
    if (known !== undefined && !remote.fresh && performance.now() - triedAt >= pace.cooldownMs)
      renew().catch(() => undefined);
    try {
      return await (known ?? (await renew()))(header, token);
    } catch (error) {
      if (!(error instanceof errors.JWKSNoMatchingKey) || remote.coolingDown) throw error;
      return (await renew())(header, token);
    }
  };
}
