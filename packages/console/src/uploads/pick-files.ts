import type { DropItem } from "react-aria-components";

/** Endings that browsers know no type for, or a wrong one. */
const MEDIA =
  /\.(3g2|3gp|aac|aif|aiff|asf|avi|flac|flv|gif|m2ts|m4a|m4b|m4v|mka|mkv|mov|mp3|mp4|mpeg|mpg|mts|mxf|oga|ogg|ogv|opus|rm|rmvb|ts|vob|wav|webm|wma|wmv)$/i;

export interface Picked {
  readonly files: readonly File[];
  /** How many were left out. */
  readonly leftOut: number;
}

export function isMedia({ name, type }: { readonly name: string; readonly type: string }): boolean {
  return MEDIA.test(name) || type.startsWith("video/") || type.startsWith("audio/");
}

/** Takes the lectures out of what somebody chose; hidden files (.DS_Store) are nobody's, so they are not counted. */
export function pick(files: Iterable<File>): Picked {
  const visible = [...files].filter(({ name }) => !name.startsWith("."));
  const taken = visible.filter((file) => isMedia(file) && file.size > 0);
  taken.sort((one, other) => one.name.localeCompare(other.name, undefined, { numeric: true }));
  return { files: taken, leftOut: visible.length - taken.length };
}

/** All files of a drop, those in folders too. */
export async function filesOf(items: Iterable<DropItem> | AsyncIterable<DropItem>): Promise<File[]> {
  const files: File[] = [];
  for await (const item of items) {
    if (item.kind === "file") files.push(await item.getFile());
    else if (item.kind === "directory") files.push(...(await filesOf(item.getEntries())));
  }
  return files;
}
