import { parseVideoId, type VideoId } from "@lectern/keys";

/** Opaque to callers, so that the order of a list can change without breaking them. */
export function encodeCursor(beforeId: number): string {
  return Buffer.from(`id:${beforeId}`).toString("base64url");
}

/** Null for what {@link encodeCursor} never made. */
export function decodeCursor(cursor: string): VideoId | null {
  const [prefix, id] = Buffer.from(cursor, "base64url").toString().split(":", 2);
  return prefix === "id" ? parseVideoId(id) : null;
}
