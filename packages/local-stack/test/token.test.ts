import { decodeProtectedHeader, jwtVerify } from "jose";
import t from "tap";
import { parseDuration, signDevToken } from "../src/token.ts";

const secrets = { jwt: "a".repeat(64), internalJwt: "b".repeat(64), ticket: "c".repeat(64), playback: "d".repeat(64) };
const key = (secret: string) => new TextEncoder().encode(secret);

t.test("a user's token names one tenant and one audience", async (t) => {
  const request = { audience: "media-api", subject: "kim", tenantId: 7, ttlSeconds: 60 } as const;
  const token = await signDevToken(secrets, request);
  t.same(decodeProtectedHeader(token), { alg: "HS256", typ: "JWT" });
  const { payload } = await jwtVerify(token, key(secrets.jwt), { audience: "media-api" });
  t.match(payload, { sub: "kim", tenant_id: 7 });
  t.equal((payload.exp ?? 0) - (payload.iat ?? 0), 60);
});

t.test("a service's token has its own secret and no tenant", async (t) => {
  const token = await signDevToken(secrets, { audience: "media-internal", subject: "w", ttlSeconds: 60 });
  await t.rejects(jwtVerify(token, key(secrets.jwt)));
  const { payload } = await jwtVerify(token, key(secrets.internalJwt), { audience: "media-internal" });
  t.notHas(payload, { tenant_id: Number });
});

t.test("durations", async (t) => {
  t.same(["90", "90s", "30m", "1h", "2d"].map(parseDuration), [90, 90, 1_800, 3_600, 172_800]);
  for (const text of ["", "0", "-1h", "1.5h", "1w", "h"])
    t.throws(() => parseDuration(text), { message: /no duration/ }, text);
});
