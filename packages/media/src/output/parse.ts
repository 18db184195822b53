/** What this package reads back from a media playlist. */
export interface ParsedMediaPlaylist {
  readonly map: string | null;
  readonly targetDuration: number;
  readonly segments: readonly { readonly uri: string; readonly durationSeconds: number }[];
  readonly ended: boolean;
}

/** Reads a playlist as a player would, leniently; what is missing shows as null, 0 or an empty list. Pure. */
export function parseMediaPlaylist(text: string): ParsedMediaPlaylist {
  const segments: { uri: string; durationSeconds: number }[] = [];
  let duration = 0;
  for (const line of text.split("\n")) {
    if (line.startsWith("#EXTINF:")) duration = Number.parseFloat(line.slice("#EXTINF:".length));
    else if (line !== "" && !line.startsWith("#")) segments.push({ uri: line, durationSeconds: duration });
  }
  return {
    map: /^#EXT-X-MAP:.*URI="([^"]*)"/m.exec(text)?.[1] ?? null,
    targetDuration: Number(/^#EXT-X-TARGETDURATION:(\d+)$/m.exec(text)?.[1] ?? 0),
    segments,
    ended: /^#EXT-X-ENDLIST$/m.test(text),
  };
}

/** All playlists that a master names, in its order. Pure. */
export function parseMasterPlaylist(text: string): string[] {
  const tracks = [...text.matchAll(/^#EXT-X-MEDIA:.*URI="([^"]*)"/gm)].flatMap((match) => (match[1] ? [match[1]] : []));
  const variants = text.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
  return [...tracks, ...variants];
}
