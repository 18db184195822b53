const MAX_LINE = 2_000;
const KEPT_LINES = 40;
const LEVEL = /(?:^|\] )\[(panic|fatal|error|warning|info|verbose|debug)\](?: |$)/;
/** Same message from another address is the same message. */
const ADDRESS = / @ 0x[0-9a-f]+/g;
/** The whole list follows, every time. */
const WHITELIST = /(not on whitelist) '.*$/;

/**
 * Reads what ffmpeg says (`-loglevel level+...`) without ever holding much of it: a hostile file can make it say
 * gigabytes. Keeps the last lines of errors for `detail`, and counts.
 */
export class LogTail {
  errors = 0;
  readonly #kept: string[] = [];
  readonly #onLine: ((line: string) => void) | undefined;
  #partial = "";
  #skipping = false;
  #levelled = false;

  readonly #hidden: string;

  /** `hidden`: the source's path or URL (which may be signed); records say "source" instead. */
  constructor(hidden = "", onLine?: (line: string) => void) {
    this.#hidden = hidden;
    this.#onLine = onLine;
  }

  push(chunk: Buffer): void {
    const lines = (this.#partial + chunk.toString("utf8")).split(/[\r\n]+/);
    this.#partial = lines.pop() ?? "";
    for (const line of lines) {
      if (!this.#skipping) this.#take(line);
      this.#skipping = false;
    }
    if (this.#partial.length > MAX_LINE) {
      if (!this.#skipping) this.#take(this.#partial);
      this.#partial = "";
      this.#skipping = true;
    }
  }

  end(): void {
    if (this.#partial !== "" && !this.#skipping) this.#take(this.#partial);
    this.#partial = "";
  }

  /** The last errors, oldest first; lines without a level (the shell's, the loader's) count as errors. */
  get detail(): string {
    return this.#kept.join("\n");
  }

  #take(raw: string): void {
    const named = this.#hidden === "" ? raw : raw.replaceAll(this.#hidden, "source");
    const line = named.slice(0, MAX_LINE).replaceAll(ADDRESS, "").replace(WHITELIST, "$1").trim();
    if (line === "") return;
    this.#onLine?.(line);
    const level = LEVEL.exec(line)?.[1];
    // Without a level: the shell's and the loader's words before ffmpeg speaks, later only a metadata value's own lines.
    if (level === undefined && this.#levelled) return;
    this.#levelled ||= level !== undefined;
    if (level === "verbose" || level === "info" || level === "debug" || level === "warning") return;
    this.errors += 1;
    if (this.#kept.at(-1) === line) return;
    this.#kept.push(line);
    if (this.#kept.length > KEPT_LINES) this.#kept.shift();
  }
}
