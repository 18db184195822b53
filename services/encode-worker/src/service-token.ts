import { SignJWT } from "jose";

const LIFETIME_SECONDS = 60;

/** Signs tokens by which this service speaks to upload-service's internal API: short-lived, one a call. */
export function createServiceTokens(secret: string): () => Promise<string> {
  const key = new TextEncoder().encode(secret);
  return () =>
    new SignJWT({})
      .setProtectedHeader({ alg: "HS256" })
      .setSubject("encode-worker")
      .setAudience("media-internal")
      .setIssuedAt()
      .setExpirationTime(`${LIFETIME_SECONDS}s`)
      .sign(key);
}
