import type { Config } from "../config.ts";
import { faultOf, type TokenFault } from "./token.ts";

export type TokenVerdict =
  | { readonly kind: "good" | Extract<TokenFault, string> | "refused" | "unreachable" | "server" }
  | { readonly kind: "expired"; readonly at: number };

/** Says what is wrong with a token, by its look and then by the one who decides. */
export async function checkToken(token: string, config: Config): Promise<TokenVerdict> {
  const fault = faultOf(token, Date.now());
  if (fault !== null) return typeof fault === "string" ? { kind: fault } : { kind: "expired", at: fault.expired };
  try {
    const answer = await fetch(`${config.uploadUrl}/api/v1/media/videos/?limit=1`, {
      headers: { authorization: `Bearer ${token}` },
    });
    if (answer.ok || answer.status === 429) return { kind: "good" };
    if (answer.status === 401) return { kind: "refused" };
    if (answer.status === 400) return { kind: "noTenant" };
    return { kind: "server" };
  } catch {
    return { kind: "unreachable" };
  }
}
