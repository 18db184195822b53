import { SignJWT } from "jose";

export const SECRET = "a secret of the tests, long enough for HS256";
const key = new TextEncoder().encode(SECRET);

/** A token as users have it; `claims` override, and undefined leaves one out. */
export function tokenWith(claims: Readonly<Record<string, unknown>>): Promise<string> {
  const hour = Math.floor(Date.now() / 1000) + 3_600;
  const payload = { sub: "teacher", aud: "media-api", exp: hour, ...claims };
  return new SignJWT(JSON.parse(JSON.stringify(payload))).setProtectedHeader({ alg: "HS256" }).sign(key);
}

export async function bearerOf(tenant: number): Promise<{ authorization: string }> {
  return { authorization: `Bearer ${await tokenWith({ tenant_id: tenant })}` };
}
