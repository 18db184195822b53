import { parseTenantId, type TenantId } from "@lectern/keys";
import type { FastifyRequest } from "fastify";
import fp from "fastify-plugin";
import type { JWTPayload } from "jose";
import { ProblemError } from "./problems.ts";
import type { TokenVerifier } from "./tokens.ts";

declare module "fastify" {
  interface FastifyRequest {
    /** The tenant of the token; 0 outside a scope behind {@link publicAuth}. */
    tenantId: TenantId;
    /** Claims of the token: the same object for the same token while it is remembered. Null outside such a scope. */
    claims: JWTPayload | null;
  }
}

export interface AuthOptions {
  verify: TokenVerifier;
}

export interface PublicAuthOptions extends AuthOptions {
  /**
   * Claims by another proof than a token, for callers who cannot set headers: asked where no Authorization header came.
   * Null where the request brings none. @throws ProblemError UNAUTHENTICATED
   */
  withoutHeader?: (request: FastifyRequest) => JWTPayload | null;
}

/**
 * Everything in the scope needs a user's token, and `request.tenantId` comes from that token alone.
 * 401 without a valid token, 400 for a token without a tenant, 503 while the key set cannot be had.
 */
export const publicAuth = fp<PublicAuthOptions>(
  async (app, { verify, withoutHeader }) => {
    app.decorateRequest("tenantId", 0 as TenantId);
    app.decorateRequest("claims", null);
    app.addHook("onRequest", async (request) => {
      const other = request.headers.authorization === undefined ? withoutHeader?.(request) : null;
      const claims = other ?? (await verify(bearer(request)));
      const tenantId = parseTenantId(claims.tenant_id);
      if (tenantId === null) throw new ProblemError("TENANT_MISSING", "The token's tenant_id is missing or malformed.");
      request.tenantId = tenantId;
      request.claims = claims;
    });
  },
  { name: "public-auth" },
);

/** Everything in the scope needs a service's token; the tenant is named by the request itself. */
export const internalAuth = fp<AuthOptions>(
  async (app, { verify }) => {
    app.addHook("onRequest", async (request) => {
      await verify(bearer(request));
    });
  },
  { name: "internal-auth" },
);

function bearer(request: FastifyRequest): string {
  const token = /^Bearer ([\w.~+/=-]{1,8192})$/i.exec(request.headers.authorization ?? "")?.[1];
  if (token === undefined)
    throw new ProblemError("UNAUTHENTICATED", "Send the token as Authorization: Bearer <token>.");
  return token;
}
