/** A playlist stays on the ticket's route; everything else that is named is media, and gets an address of its own. */
const PLAYLIST = /\.m3u8$/;

/** The names that a playlist refers to, as it spells them. Pure. */
export function namesInPlaylist(text: string): string[] {
  return text.split("\n").flatMap((line) => [...attributeUris(line), ...(isUriLine(line) ? [line.trim()] : [])]);
}

function isUriLine(line: string): boolean {
  return line.trim() !== "" && !line.startsWith("#");
}

function attributeUris(line: string): string[] {
  return line.startsWith("#") ? [...line.matchAll(URI_ATTRIBUTE)].map((match) => match[1] ?? "") : [];
}

const URI_ATTRIBUTE = /(?<=[:,])URI="([^"]*)"/g;

/** Gives the address of the object that a file names. */
export type Address = (name: string) => Promise<string>;

/** A playlist whose media have addresses of their own; playlists that it names stay relative. */
export async function rewritePlaylist(text: string, address: Address): Promise<string> {
  return mapLines(text, async (line) => {
    if (isUriLine(line)) return PLAYLIST.test(line.trim()) ? line : address(line.trim());
    let rewritten = line;
    for (const name of attributeUris(line).filter((uri) => !PLAYLIST.test(uri))) {
      const url = await address(name);
      // A function: in a text `$&` and the like would mean something.
      rewritten = rewritten.replace(`URI="${name}"`, () => `URI="${url}"`);
    }
    return rewritten;
  });
}

/** A storyboard whose pictures have addresses of their own; the part of the picture that a cue shows (`#xywh=`) stays. */
export async function rewriteStoryboard(text: string, address: Address): Promise<string> {
  const known = new Map<string, Promise<string>>();
  return mapLines(text, async (line) => {
    const [, name, part] = /^([\w.-]+\.\w+)(#xywh=[\d,]+)$/.exec(line.trim()) ?? [];
    if (name === undefined) return line;
    const url = known.get(name) ?? address(name);
    known.set(name, url);
    return `${await url}${part}`;
  });
}

/** Lines between two looks at what else there is to do: a lecture of three hours has thousands. */
const AT_ONCE = 200;

async function mapLines(text: string, rewrite: (line: string) => Promise<string>): Promise<string> {
  const rewritten: string[] = [];
  for (const line of text.split("\n")) {
    rewritten.push(await rewrite(line));
    if (rewritten.length % AT_ONCE === 0) await new Promise(setImmediate);
  }
  return rewritten.join("\n");
}

/** The object that `name` means within the file `of`; null where that is outside `within`, or no plain relative name. Pure. */
export function resolveName(name: string, of: string, within: string): string | null {
  if (!/^[\w./-]+$/.test(name) || name.startsWith("/")) return null;
  const key = new URL(name, `http://store/${of}`).pathname.slice(1);
  return key.startsWith(within) && !key.endsWith("/") ? key : null;
}
