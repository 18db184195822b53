import { createTokenVerifier } from "@lectern/service-kit";
import { exportSPKI, generateKeyPair, SignJWT } from "jose";
import t from "tap";
import { ask, startApp } from "./support/app.ts";
import { SECRET, tokenWith } from "./support/tokens.ts";

const URL_PATH = "/api/v1/media/videos/7/progress/";
const it = await startApp();
t.teardown(it.close);
/** Of the moment: keys take a while to be made. */
const now = () => Math.floor(Date.now() / 1000);

async function statusOf(authorization: string | undefined): Promise<{ status: number; code: string }> {
  const { status, body } = await ask(it.app, URL_PATH, authorization === undefined ? {} : { authorization });
  return { status, code: String(body.code) };
}

t.test("no token, or none that is valid: 401", async (t) => {
  const unsigned = (header: object, claims: object) =>
    [header, claims].map((part) => Buffer.from(JSON.stringify(part)).toString("base64url")).join(".");
  const claims = { tenant_id: 1, aud: "media-api", exp: now() + 600 };
  const pair = await generateKeyPair("RS256");
  const publicKey = new TextEncoder().encode(await exportSPKI(pair.publicKey));
  const asymmetric = await new SignJWT(claims).setProtectedHeader({ alg: "RS256" }).sign(pair.privateKey);
  const confused = await new SignJWT(claims).setProtectedHeader({ alg: "HS256" }).sign(publicKey);
  const valid = await tokenWith({ tenant_id: 1 });
  const bad: Record<string, string | undefined> = {
    none: undefined,
    empty: "",
    "no scheme": valid,
    basic: `Basic ${valid}`,
    garbage: "Bearer garbage",
    dots: "Bearer a.b.c",
    "alg none": `Bearer ${unsigned({ alg: "none" }, claims)}.`,
    "alg None": `Bearer ${unsigned({ alg: "None" }, claims)}.AAAA`,
    RS256: `Bearer ${asymmetric}`,
    "HS256 by a public key": `Bearer ${confused}`,
    tampered: `Bearer ${valid.slice(0, -4)}AAAA`,
    "another audience": `Bearer ${await tokenWith({ tenant_id: 1, aud: "media-internal" })}`,
    "no audience": `Bearer ${await tokenWith({ tenant_id: 1, aud: undefined })}`,
    expired: `Bearer ${await tokenWith({ tenant_id: 1, exp: now() - 120 })}`,
    "no expiry": `Bearer ${await tokenWith({ tenant_id: 1, exp: undefined })}`,
    "not yet": `Bearer ${await tokenWith({ tenant_id: 1, nbf: now() + 600 })}`,
  };
  for (const [name, authorization] of Object.entries(bad))
    t.strictSame(await statusOf(authorization), { status: 401, code: "UNAUTHENTICATED" }, name);
});

t.test("a token without a usable tenant: 400", async (t) => {
  for (const tenant_id of [
    undefined,
    null,
    "",
    0,
    -1,
    1.5,
    "07",
    "1e3",
    [1],
    ["1"],
    { id: 1 },
    true,
    2 ** 53,
    "1:video",
  ])
    t.strictSame(
      await statusOf(`Bearer ${await tokenWith({ tenant_id })}`),
      { status: 400, code: "TENANT_MISSING" },
      JSON.stringify(tenant_id) ?? "absent",
    );
});

t.test("a number or decimal text as tenant, and a clock that is a minute off, are taken", async (t) => {
  for (const claims of [
    { tenant_id: 1 },
    { tenant_id: "1" },
    { tenant_id: 1, exp: now() - 30 },
    { tenant_id: 1, nbf: now() + 30 },
  ])
    t.equal((await statusOf(`Bearer ${await tokenWith(claims)}`)).status, 200, JSON.stringify(claims));
});

t.test(
  "with a key set HS256 is no algorithm, whatever signs it; a key set out of reach is 503 with CORS",
  async (t) => {
    const byKeySet = await startApp({
      verify: createTokenVerifier({ jwksUrl: "http://127.0.0.1:9/jwks" }, "media-api"),
    });
    t.teardown(byKeySet.close);
    const symmetric = await ask(byKeySet.app, URL_PATH, {
      authorization: `Bearer ${await tokenWith({ tenant_id: 1 })}`,
    });
    t.equal(symmetric.status, 401, `signed by ${SECRET.length} characters that are no key of the set`);
    const pair = await generateKeyPair("ES256");
    const token = await new SignJWT({ tenant_id: 1 })
      .setProtectedHeader({ alg: "ES256", kid: "a" })
      .setAudience("media-api")
      .setExpirationTime("1h")
      .sign(pair.privateKey);
    const unreachable = await ask(byKeySet.app, URL_PATH, { authorization: `Bearer ${token}` });
    t.equal(unreachable.status, 503);
    t.match(unreachable.headers, { "access-control-allow-origin": "*", "retry-after": "2" });
  },
);
