import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { exportJWK, generateKeyPair, type JWTVerifyGetKey, jwtVerify, SignJWT } from "jose";
import t, { type Test } from "tap";
import { createTokenVerifier } from "../src/index.ts";
import { rememberedKeySet } from "../src/key-set.ts";

const { publicKey, privateKey } = await generateKeyPair("ES256", { extractable: true });
const jwk = { ...(await exportJWK(publicKey)), alg: "ES256", use: "sig" };

/** Each use finds the set too old, and may fetch it anew. */
const NEVER_FRESH = { freshMs: 0, cooldownMs: 0 };
/** What was fetched in this test is fetched no more. */
const LONG = { freshMs: 3_600_000, cooldownMs: 3_600_000 };

const token = (kid: string) =>
  new SignJWT({ tenant_id: 7 })
    .setProtectedHeader({ alg: "ES256", kid })
    .setAudience("media-api")
    .setExpirationTime("5m")
    .sign(privateKey);

t.test(
  "a key that is known serves on while the set cannot be fetched; one that is not is the set's fault",
  async (t) => {
    const server = await serve(t, () => [200, { keys: [{ ...jwk, kid: "k1" }] }]);
    const keySet = rememberedKeySet(server.url, NEVER_FRESH);
    t.match(await verified(keySet, "k1"), { tenant_id: 7 });
    await server.close();
    for (const time of ["at first", "again"]) t.match(await verified(keySet, "k1"), { tenant_id: 7 }, time);
    await t.rejects(verified(keySet, "k2"), { name: "TypeError" }, "not known, and nobody to ask");
  },
);

t.test("a new key is fetched when it first appears", async (t) => {
  const keys = [{ ...jwk, kid: "k1" }];
  const server = await serve(t, () => [200, { keys }]);
  const [eager, patient] = [rememberedKeySet(server.url, NEVER_FRESH), rememberedKeySet(server.url, LONG)];
  await Promise.all([verified(eager, "k1"), verified(patient, "k1")]);
  keys.push({ ...jwk, kid: "k2" });
  t.match(await verified(eager, "k2"), { tenant_id: 7 });
  await t.rejects(verified(patient, "k2"), { code: "ERR_JWKS_NO_MATCHING_KEY" }, "not within the cooldown");
});

t.test("an answer that is no key set says nothing about the token", async (t) => {
  let answer: [number, unknown] = [200, { hello: "there" }];
  const server = await serve(t, () => answer);
  const verify = createTokenVerifier({ jwksUrl: server.url }, "media-api");
  await t.rejects(verify(await token("k1")), { code: "KEY_SET_UNAVAILABLE" });
  answer = [200, { keys: [{ ...jwk, kid: "k1" }] }];
  t.match(await verify(await token("k1")), { tenant_id: 7 });
});

async function verified(keySet: JWTVerifyGetKey, kid: string): Promise<unknown> {
  return (await jwtVerify(await token(kid), keySet)).payload;
}

/** An identity provider that answers what `answer` says until it is closed. */
async function serve(t: Test, answer: () => [number, unknown]): Promise<{ url: string; close(): Promise<void> }> {
  const server = createServer((_request, response) => {
    const [status, body] = answer();
    response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const close = async (): Promise<void> => {
    server.close();
    server.closeAllConnections();
    await once(server, "close");
  };
  t.teardown(() => server.listening && close());
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/jwks.json`, close };
}
