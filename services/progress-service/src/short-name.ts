import { hash } from "node:crypto";

const MOST_CHARACTERS = 128;

/** A name of bounded length for a `sub` of any: itself, or its hash. Of what came out of it, it makes the same. */
export function shortName(sub: string): string {
  return sub.length <= MOST_CHARACTERS ? sub : `sha256:${hash("sha256", sub, "base64url")}`;
}
