import { createHmac } from "node:crypto";
import type { DevSecrets } from "@lectern/local-stack";
import { oneOf, type Random } from "../faults/random.ts";

const part = (value: unknown) => Buffer.from(JSON.stringify(value) ?? "").toString("base64url");
const now = () => Math.floor(Date.now() / 1000);
const HASHES = { HS256: "sha256", HS384: "sha384", HS512: "sha512" } as const;

interface Made {
  readonly secret: string;
  readonly alg?: keyof typeof HASHES;
  readonly header?: object;
  readonly claims?: object;
}

/** Signed by hand: a library would not make most of these. */
function signed({ secret, alg = "HS256", header = {}, claims = {} }: Made): string {
  const body = `${part({ alg, typ: "JWT", ...header })}.${part({ sub: "fuzz", exp: now() + 7_200, ...claims })}`;
  return `${body}.${createHmac(HASHES[alg], secret).update(body).digest("base64url")}`;
}

export function userToken({ jwt }: DevSecrets, tenant: number | string): string {
  return signed({ secret: jwt, claims: { aud: "media-api", tenant_id: tenant } });
}

export function serviceToken({ internalJwt }: DevSecrets): string {
  return signed({ secret: internalJwt, claims: { aud: "media-internal" } });
}

const NO_TENANTS: readonly [unknown, ...unknown[]] = [
  undefined,
  ...[null, "", "*", "1:2", "..", "0", 0, -1, 1.5, "01", " 1", "1 ", "1\0", "１", 2 ** 53, "9007199254740993"],
  ...[[1], { id: 1 }, true, "1,2", "1e3", "__proto__", "9".repeat(500)],
];

/**
 * A token that must open nothing: another's signature, another's secret, another algorithm, another audience, too old,
 * without a tenant or with one that is none.
 */
export function forgedToken(random: Random, secrets: DevSecrets, tenants: readonly number[]): string {
  const [mine = 1, other = 2] = tenants;
  const secret = secrets.jwt;
  const claims = { aud: "media-api", tenant_id: mine };
  return oneOf<() => string>(random, [
    () => "",
    () => "x",
    () => "a.b.c",
    () => ".".repeat(1_000),
    () => "A".repeat(9_000),
    () => signed({ secret: `${secret}x`, claims }),
    () => signed({ secret: secrets.internalJwt, claims }),
    () => signed({ secret, alg: "HS512", claims }),
    () => signed({ secret, alg: "HS384", claims }),
    () => signed({ secret, claims: { ...claims, exp: now() - 120 } }),
    () => signed({ secret, claims: { ...claims, nbf: now() + 600 } }),
    () => signed({ secret, claims: { ...claims, exp: "never" } }),
    () => signed({ secret, claims: { ...claims, exp: undefined } }),
    () => signed({ secret, claims: { ...claims, aud: "media-internal" } }),
    () => signed({ secret, claims: { ...claims, aud: ["x"] } }),
    () => signed({ secret, claims: { ...claims, tenant_id: oneOf(random, NO_TENANTS) } }),
    () => signed({ secret, header: { crit: ["x"], x: 1 }, claims }),
    () => signed({ secret, header: { alg: "none" }, claims }),
    () => `${part({ alg: "none" })}.${part(claims)}.`,
    () => `${part({ alg: "RS256", jku: "http://127.0.0.1:1/" })}.${part(claims)}.AAAA`,
    () => {
      const [head, , signature] = userToken(secrets, mine).split(".");
      return `${head}.${part({ ...claims, tenant_id: other, exp: now() + 600 })}.${signature}`;
    },
    () => `${userToken(secrets, mine)}=`.slice(0, -5),
  ])();
}
