import { SignJWT } from "jose";
import type { DevSecrets } from "./dev-secrets.ts";

const UNITS = { s: 1, m: 60, h: 3_600, d: 86_400 } as const;

/** "90s", "30m", "1h", "2d" or plain seconds. Throws a sentence for anything else. */
export function parseDuration(text: string): number {
  const match = /^([1-9]\d{0,8})([smhd]?)$/.exec(text);
  if (match === null) throw new Error(`"${text}" is no duration: write 90s, 30m, 1h or 2d.`);
  return Number(match[1]) * UNITS[(match[2] || "s") as keyof typeof UNITS];
}

export type DevTokenRequest =
  | {
      readonly audience: "media-api";
      readonly subject: string;
      readonly tenantId: number;
      readonly ttlSeconds: number;
    }
  | { readonly audience: "media-internal"; readonly subject: string; readonly ttlSeconds: number };

/** A token (HS256) that the services of the local system accept. */
export function signDevToken(secrets: DevSecrets, request: DevTokenRequest): Promise<string> {
  const isPublic = request.audience === "media-api";
  const now = Math.floor(Date.now() / 1_000);
  return new SignJWT(isPublic ? { tenant_id: request.tenantId } : {})
    .setProtectedHeader({ alg: "HS256", typ: "JWT" })
    .setSubject(request.subject)
    .setAudience(request.audience)
    .setIssuedAt(now)
    .setExpirationTime(now + request.ttlSeconds)
    .sign(new TextEncoder().encode(isPublic ? secrets.jwt : secrets.internalJwt));
}
