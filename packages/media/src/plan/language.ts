const names = new Intl.DisplayNames(["en"], { type: "language", fallback: "none" });
/** What may stand in a quoted string of a playlist. */
const UNSAFE = /["\r\n\\]/g;

/** "kor" -> "ko"; null for what is no language tag. */
export function canonicalLanguage(language: string | null): string | null {
  if (language === null) return null;
  try {
    return Intl.getCanonicalLocales(language.replaceAll("_", "-"))[0] ?? null;
  } catch {
    return null;
  }
}

/** A name for a player's menu, different from those in `taken`. */
export function trackName(
  stream: { readonly language: string | null; readonly title: string | null },
  otherwise: string,
  taken: readonly string[],
): string {
  const language = canonicalLanguage(stream.language);
  const plain = stream.title ?? (language === null ? null : names.of(language)) ?? otherwise;
  const name = plain.replaceAll(UNSAFE, " ").trim() || otherwise;
  let unique = name;
  for (let n = 2; taken.includes(unique); n += 1) unique = `${name} ${n}`;
  return unique;
}
