import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { exportJWK, exportSPKI, generateKeyPair, type JWTPayload, SignJWT, UnsecuredJWT } from "jose";
import t from "tap";
import { createTokenVerifier, userTokenSource } from "../src/index.ts";

const SECRET = "a secret for tests only, long enough";
const bytes = (secret: string) => new TextEncoder().encode(secret);
const { publicKey, privateKey } = await generateKeyPair("ES256", { extractable: true });

function signed(
  claims: JWTPayload,
  options: { secret?: string; audience?: string | string[]; expires?: string | number } = {},
) {
  return new SignJWT(claims)
    .setProtectedHeader({ alg: "HS256" })
    .setAudience(options.audience ?? "media-api")
    .setExpirationTime(options.expires ?? "5m")
    .sign(bytes(options.secret ?? SECRET));
}

const now = () => Math.floor(Date.now() / 1000);

t.test("with a shared secret: HS256 of that secret and nothing else", async (t) => {
  const verify = createTokenVerifier({ secret: SECRET }, "media-api");
  t.match(await verify(await signed({ sub: "u", tenant_id: 7 })), { sub: "u", tenant_id: 7 });
  t.match(await verify(await signed({}, { expires: now() - 30 })), {}, "a minute of clock skew is forgiven");

  const refused: Record<string, string | Promise<string>> = {
    "another secret": signed({}, { secret: "another secret, which is long enough" }),
    "another audience": signed({}, { audience: "media-internal" }),
    expired: signed({}, { expires: now() - 90 }),
    "not yet valid": signed({ nbf: now() + 90 }),
    "without an end": new SignJWT({}).setProtectedHeader({ alg: "HS256" }).setAudience("media-api").sign(bytes(SECRET)),
    "alg none": new UnsecuredJWT({}).setAudience("media-api").setExpirationTime("5m").encode(),
    "another algorithm": new SignJWT({})
      .setProtectedHeader({ alg: "HS512" })
      .setAudience("media-api")
      .setExpirationTime("5m")
      .sign(bytes(SECRET)),
    "no token": "nonsense",
    "a payload that is an array": arrayPayload(),
  };
  for (const [name, token] of Object.entries(refused))
    await t.rejects(verify(await token), { code: "UNAUTHENTICATED" }, name);
});

t.test("with a key set: asymmetric keys, never its public key as a secret", async (t) => {
  const jwk = { ...(await exportJWK(publicKey)), kid: "k1", alg: "ES256", use: "sig" };
  let status = 200;
  const server = createServer((_request, response) => {
    response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify({ keys: [jwk] }));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  t.teardown(() => server.close());
  const jwksUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}/jwks.json`;
  const es256 = (kid = "k1") =>
    new SignJWT({ tenant_id: 7 })
      .setProtectedHeader({ alg: "ES256", kid })
      .setAudience("media-api")
      .setExpirationTime("5m")
      .sign(privateKey);

  status = 500;
  await t.rejects(
    createTokenVerifier({ jwksUrl }, "media-api")(await es256()),
    { code: "KEY_SET_UNAVAILABLE" },
    "a key set that answers badly",
  );
  status = 200;
  const verify = createTokenVerifier({ jwksUrl }, "media-api");
  t.match(await verify(await es256()), { tenant_id: 7 });
  await t.rejects(verify(await es256("unknown")), { code: "UNAUTHENTICATED" });
  const confused = new SignJWT({})
    .setProtectedHeader({ alg: "HS256", kid: "k1" })
    .setAudience("media-api")
    .setExpirationTime("5m");
  await t.rejects(verify(await confused.sign(bytes(await exportSPKI(publicKey)))), { code: "UNAUTHENTICATED" });

  const unreachable = createTokenVerifier({ jwksUrl: "http://127.0.0.1:1/jwks.json" }, "media-api");
  await t.rejects(unreachable(await es256()), { code: "KEY_SET_UNAVAILABLE" });
});

t.test("a token that names no key: the one key that fits it, never a guess between two", async (t) => {
  const other = await generateKeyPair("ES256", { extractable: true });
  const edwards = await generateKeyPair("EdDSA", { extractable: true });
  const jwk = async (key: Parameters<typeof exportJWK>[0], kid: string) => ({
    ...(await exportJWK(key)),
    kid,
    use: "sig",
  });
  const [first, second, third] = [
    await jwk(publicKey, "k1"),
    await jwk(edwards.publicKey, "k2"),
    await jwk(other.publicKey, "k3"),
  ];
  const token = await new SignJWT({ tenant_id: 7 })
    .setProtectedHeader({ alg: "ES256" })
    .setAudience("media-api")
    .setExpirationTime("5m")
    .sign(privateKey);
  const verifierOf = async (keys: object[]) => {
    const server = createServer((_request, response) => {
      response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify({ keys }));
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    t.teardown(() => server.close());
    return createTokenVerifier({ jwksUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}` }, "media-api");
  };
  t.match(await (await verifierOf([first]))(token), { tenant_id: 7 });
  t.match(await (await verifierOf([first, second]))(token), { tenant_id: 7 }, "the other is of another algorithm");
  await t.rejects((await verifierOf([first, third]))(token), { code: "UNAUTHENTICATED", message: /names no key/ });
  await t.rejects((await verifierOf([second]))(token), { code: "UNAUTHENTICATED" }, "none fits");
});

t.test("exactly one source is configured", async (t) => {
  t.same(userTokenSource({ JWT_HS256_SECRET: SECRET }), { secret: SECRET });
  t.same(userTokenSource({ JWT_JWKS_URL: "https://id.example/jwks" }), { jwksUrl: "https://id.example/jwks" });
  t.throws(() => userTokenSource({}), { code: "CONFIG_INVALID" });
  t.throws(() => userTokenSource({ JWT_HS256_SECRET: SECRET, JWT_JWKS_URL: "https://id.example" }), {
    code: "CONFIG_INVALID",
  });
});

/** Signed well, but its payload is `[]`. */
async function arrayPayload(): Promise<string> {
  const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url");
  const body = `${part({ alg: "HS256" })}.${part([])}`;
  const key = await crypto.subtle.importKey("raw", bytes(SECRET), { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
  return `${body}.${Buffer.from(await crypto.subtle.sign("HMAC", key, bytes(body))).toString("base64url")}`;
}
