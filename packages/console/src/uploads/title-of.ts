/** A file's name without its ending; composed, since macOS gives Korean letters in pieces. */
export function titleOf(filename: string): string {
  const name = filename.normalize("NFC").trim();
  return name.replace(/(.)\.[a-z0-9]{1,5}$/iu, "$1").slice(0, 300) || name;
}
