import { hash } from "node:crypto";

/** A weak tag: what it stands for is the same, though the jitter in the answer is drawn anew. */
export function etagOf(text: string): string {
  return `W/"${hash("sha1", text, "base64url")}"`;
}

/** Whether `If-None-Match` (a tag, a list of tags, or `*`) names this tag, by the weak comparison of RFC 9110. */
export function isNotModified(ifNoneMatch: string | undefined, etag: string): boolean {
  if (ifNoneMatch === undefined) return false;
  if (ifNoneMatch === etag || ifNoneMatch.trim() === "*") return true;
  const opaque = etag.slice(2);
  return ifNoneMatch.match(/"[^"]*"/g)?.includes(opaque) ?? false;
}
