import { errors, type JWTPayload, jwtVerify } from "jose";
import { ConfigError } from "./config.ts";
import { rememberedKeySet } from "./key-set.ts";
import { ProblemError } from "./problems.ts";
import { rememberVerified } from "./remembered-tokens.ts";

export type TokenSource = { secret: string } | { jwksUrl: string };

/** Verifies a compact JWT and gives its claims. @throws ProblemError UNAUTHENTICATED or KEY_SET_UNAVAILABLE */
export type TokenVerifier = (token: string) => Promise<JWTPayload>;

const CLOCK_SKEW_SECONDS = 60;
const ASYMMETRIC = ["RS256", "ES256", "EdDSA"];

/**
 * A verifier whose algorithms are pinned by what was configured: a shared secret takes HS256 and nothing else, a key
 * set takes the asymmetric ones and nothing else. So no token chooses how it is checked. A token that was accepted is
 * known again for a minute.
 */
export function createTokenVerifier(source: TokenSource, audience: string): TokenVerifier {
  const verify =
    "secret" in source ? verifyWithSecret(source.secret, audience) : verifyWithKeySet(source.jwksUrl, audience);
  return rememberVerified(async (token) => {
    try {
      return await verify(token);
    } catch (error) {
      throw refusal(error);
    }
  }, CLOCK_SKEW_SECONDS);
}

function options(audience: string, algorithms: string[]) {
  return { audience, algorithms, clockTolerance: CLOCK_SKEW_SECONDS, requiredClaims: ["exp"] };
}

function verifyWithSecret(secret: string, audience: string): TokenVerifier {
  const checks = options(audience, ["HS256"]);
  // Imported once: jose imports raw bytes anew for each call.
  const key = crypto.subtle.importKey(
    "raw",
    new TextEncoder().encode(secret),
    { name: "HMAC", hash: "SHA-256" },
    false,
    ["verify"],
  );
  return async (token) => (await jwtVerify(token, await key, checks)).payload;
}

function verifyWithKeySet(url: string, audience: string): TokenVerifier {
  const checks = options(audience, ASYMMETRIC);
  const keySet = rememberedKeySet(url);
  return async (token) => (await jwtVerify(token, keySet, checks)).payload;
}

const ABOUT_KEY_SET = new Set(["ERR_JWKS_TIMEOUT", "ERR_JWKS_INVALID", "ERR_JOSE_GENERIC"]);

function refusal(error: unknown): Error {
  if (error instanceof errors.JWTExpired) return unauthenticated("The token has expired; get a new one.", error);
  if (error instanceof errors.JWTClaimValidationFailed)
    return unauthenticated(`The token's claim "${error.claim}" is not accepted here.`, error);
  if (error instanceof errors.JWKSMultipleMatchingKeys)
    return unauthenticated("The token names no key (kid), and several of the key set fit it.", error);
  // jose speaks of the key set by a time-out, a generic error (a bad answer), JSON that is no set, or fetch's TypeError.
  const aboutToken = error instanceof errors.JOSEError && !ABOUT_KEY_SET.has(error.code);
  return aboutToken ? unauthenticated("The token is not valid.", error) : keySetUnavailable(error);
}

function unauthenticated(detail: string, cause: unknown): ProblemError {
  return new ProblemError("UNAUTHENTICATED", detail, { cause });
}

function keySetUnavailable(cause: unknown): ProblemError {
  return new ProblemError("KEY_SET_UNAVAILABLE", "The key set cannot be fetched; try again in a moment.", {
    retryAfter: 2,
    cause,
  });
}

/** Chooses the source of user tokens from the configuration: exactly one of the two must be set. */
export function userTokenSource(config: { JWT_HS256_SECRET?: string; JWT_JWKS_URL?: string }): TokenSource {
  const { JWT_HS256_SECRET: secret, JWT_JWKS_URL: jwksUrl } = config;
  if (secret !== undefined && jwksUrl !== undefined)
    throw new ConfigError("JWT_HS256_SECRET and JWT_JWKS_URL are both set: set one of them.");
  if (secret !== undefined) return { secret };
  if (jwksUrl !== undefined) return { jwksUrl };
  throw new ConfigError(
    "Neither JWT_HS256_SECRET nor JWT_JWKS_URL is set: one of them says how user tokens are verified.",
  );
}
