/** What a master playlist offers. */
export interface Rendition {
  readonly kind: "video" | "audio";
  readonly name: string;
  readonly kilobitsPerSecond: number | null;
  readonly codecs: string;
  readonly uri: string;
}

function attributesOf(line: string): Record<string, string> {
  const pairs = line.slice(line.indexOf(":") + 1).matchAll(/([A-Z0-9-]+)=("[^"]*"|[^,]*)/g);
  return Object.fromEntries([...pairs].map(([, name = "", value = ""]) => [name, value.replace(/^"|"$/g, "")]));
}

/** Reads the renditions of a master playlist. */
export function renditionsOf(master: string): Rendition[] {
  const lines = master.split(/\r?\n/);
  return lines.flatMap((line, index): Rendition[] => {
    if (line.startsWith("#EXT-X-STREAM-INF:")) {
      const { RESOLUTION, BANDWIDTH, CODECS = "" } = attributesOf(line);
      const kind = RESOLUTION === undefined ? "audio" : "video";
      const kilobitsPerSecond = BANDWIDTH === undefined ? null : Math.round(Number(BANDWIDTH) / 1_000);
      return [
        { kind, name: RESOLUTION ?? "sound only", kilobitsPerSecond, codecs: CODECS, uri: lines[index + 1] ?? "" },
      ];
    }
    if (line.startsWith("#EXT-X-MEDIA:TYPE=AUDIO")) {
      const { NAME = "audio", URI } = attributesOf(line);
      return URI === undefined ? [] : [{ kind: "audio", name: NAME, kilobitsPerSecond: null, codecs: "", uri: URI }];
    }
    return [];
  });
}

/** Number of segments of a media playlist, and its length in seconds. */
export function measurePlaylist(playlist: string): { readonly segments: number; readonly seconds: number } {
  const durations = [...playlist.matchAll(/^#EXTINF:([\d.]+)/gm)].map(([, seconds]) => Number(seconds));
  return { segments: durations.length, seconds: durations.reduce((sum, seconds) => sum + seconds, 0) };
}

async function text(url: URL | string): Promise<string> {
  const answer = await fetch(url);
  if (!answer.ok) throw new Error(`${url} answered ${answer.status}`);
  return await answer.text();
}

/** Fetches a master playlist and each of its playlists, as a player does, and describes them in lines. */
export async function describePlaylist(masterUrl: string): Promise<string[]> {
  const renditions = renditionsOf(await text(masterUrl));
  return Promise.all(
    renditions.map(async ({ kind, name, kilobitsPerSecond, codecs, uri }) => {
      const { segments, seconds } = measurePlaylist(await text(new URL(uri, masterUrl)));
      const rate = kilobitsPerSecond === null ? "" : `${kilobitsPerSecond} kbit/s`;
      return `  ${kind}  ${name.padEnd(12)}${rate.padStart(12)}  ${`${segments} segments, ${seconds.toFixed(1)} s`.padEnd(24)}${codecs}`.trimEnd();
    }),
  );
}
