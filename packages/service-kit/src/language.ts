interface Range {
  /** Primary subtag: "en-GB" is English too. */
  language: string;
  /** 0 (not acceptable) to 1. */
  weight: number;
}

const NOT_ACCEPTABLE = 0;

/**
 * Whether an `Accept-Language` prefers English to Korean. Korean where neither is named, or nothing is.
 * Of two equal weights the one that is named first wins.
 */
export function prefersEnglish(header: string | undefined): boolean {
  if (header === undefined) return false;
  const ranges = header.split(",").map(parseRange);
  const english = rankOf(ranges, "en");
  const korean = rankOf(ranges, "ko");
  if (english === korean || weightAt(ranges, english) === NOT_ACCEPTABLE) return false;
  const difference = weightAt(ranges, english) - weightAt(ranges, korean);
  return difference > 0 || (difference === 0 && english < korean);
}

/** Where the language stands, by name or else by `*`; -1 where nothing speaks of it. */
function rankOf(ranges: readonly Range[], language: string): number {
  const named = ranges.findIndex((range) => range.language === language);
  return named >= 0 ? named : ranges.findIndex((range) => range.language === "*");
}

function weightAt(ranges: readonly Range[], rank: number): number {
  return ranges[rank]?.weight ?? NOT_ACCEPTABLE;
}

function parseRange(text: string): Range {
  const weight = /;\s*q\s*=\s*([01](?:\.\d{0,3})?)\s*$/i.exec(text)?.[1];
  const language = /^\s*([a-z]+|\*)/i.exec(text)?.[1] ?? "";
  return { language: language.toLowerCase(), weight: weight === undefined ? 1 : Number(weight) };
}
