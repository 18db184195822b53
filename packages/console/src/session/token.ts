const KEY = "lectern.token";

export interface Claims {
  readonly tenant: string | null;
  readonly subject: string | null;
  /** Milliseconds since 1970; null where it does not end. */
  readonly expiresAt: number | null;
}

/** What a token says of itself, unverified: for showing, and for mistakes that can be told apart without a server. */
export function readClaims(token: string): Claims | null {
  const parts = token.split(".");
  if (parts.length !== 3) return null;
  try {
    const bytes = Uint8Array.from(atob((parts[1] ?? "").replace(/-/g, "+").replace(/_/g, "/")), (c) => c.charCodeAt(0));
    const payload: unknown = JSON.parse(new TextDecoder().decode(bytes));
    if (typeof payload !== "object" || payload === null) return null;
    const { tenant_id, sub, exp } = payload as Record<string, unknown>;
    return {
      tenant: typeof tenant_id === "number" || typeof tenant_id === "string" ? String(tenant_id) : null,
      subject: typeof sub === "string" ? sub : null,
      expiresAt: typeof exp === "number" ? exp * 1_000 : null,
    };
  } catch {
    return null;
  }
}

export type TokenFault = "empty" | "malformed" | "noTenant" | { readonly expired: number };

/** What is wrong with a token that no server is needed for; null where nothing is. */
export function faultOf(token: string, now: number): TokenFault | null {
  if (token === "") return "empty";
  const claims = readClaims(token);
  if (claims === null) return "malformed";
  if (claims.tenant === null) return "noTenant";
  if (claims.expiresAt !== null && claims.expiresAt <= now) return { expired: claims.expiresAt };
  return null;
}

/** Pasted from a terminal or a mail: line breaks, spaces, a "Bearer " in front. */
export const cleanToken = (text: string) => text.replace(/^\s*bearer\s+/i, "").replace(/\s+/g, "");

/** Kept for the tab alone. */
export const tokenStorage = {
  read(): string | null {
    try {
      return sessionStorage.getItem(KEY);
    } catch {
      return null;
    }
  },
  write(token: string | null): void {
    try {
      if (token === null) sessionStorage.removeItem(KEY);
      else sessionStorage.setItem(KEY, token);
    } catch {
      // Then a reload asks again.
    }
  },
};
