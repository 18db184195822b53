import { oneOf, type Random } from "../faults/random.ts";

const SAFE = Number.MAX_SAFE_INTEGER;

/** What no id may be, and what looks like one. Sent percent-encoded, or as it stands where a URL can hold it. */
export const EVIL_IDS: readonly [string, ...string[]] = [
  ...(["", ":", "*", "?", "..", ".", "../..", "..%2f..", "%00", "%", "%zz", "%c3%28", "%2e%2e", "%252e"] as const),
  ...["\0", "1\0", "\n", "\r\n", "\t1", " 1", "1 ", "0", "-1", "+1", "-0", "01", "1.0", "1e3", "0x1", "1_000", "NaN"],
  ...[String(SAFE + 1), String(SAFE), String(SAFE * 1024), "9223372036854775807", "9223372036854775808"],
  ...["18446744073709551616", "9".repeat(400), "1".repeat(199), "1".repeat(201), "a".repeat(8_000)],
  ...["١٢٣", "１", "²", "Ⅳ", "𝟙", "ⅰ", "é", "é", "💥", "\u202e1", "\ufeff1", "\ud800"],
  ...["null", "undefined", "true", "[]", "{}", "[1]", "1,2", "1;2", "1&2", "1#2", "1/2", "1\\2", "'", '"', "`"],
  ...["1' OR '1'='1", "1;DROP TABLE videos", "1--", "#{1}", "{{1}}", "<script>", "$(id)", "|id", "1 UNION SELECT 1"],
  ...["__proto__", "constructor", "prototype", "toString", "hasOwnProperty", "length"],
  ...["tenant:1:video:1:status", "video:1", "video-1-g1", "video-1-g0", "video--1-g1", "job:video:1:progress"],
  ...["bulk", "progress", "stream", "upload", "events", "healthz"],
];

/** As a part of a path. Most are encoded, as a client would; some are not, where a request line can hold them. */
export function inPath(random: Random, text: string): string {
  if (random() < 0.15 && /^[\x21-\x7e]*$/.test(text)) return text;
  if (random() < 0.1) return [...Buffer.from(text)].map((byte) => `%${byte.toString(16).padStart(2, "0")}`).join("");
  // A surrogate without its other half has no UTF-8.
  return encodeURIComponent(text.toWellFormed());
}

const VALUES: readonly [unknown, ...unknown[]] = [
  null,
  ...[true, false, 0, -1, 1, 0.5, -0.5, 1e308, SAFE, SAFE + 1, 2 ** 31, 2 ** 63, -(2 ** 63), "", "0", "1"],
  ...[[], {}, [[]], [null], [1, 2, 3], { a: 1 }, { length: 1 }, { toString: 1 }, { $ne: null }],
  ...["\0", "a\0b", "\u0001", "\ud800", "\udfff", "💥".repeat(200), "é", "x".repeat(301), "x".repeat(501)],
  ...["x".repeat(70_000), "../../etc/passwd", "a/b\\c", "<img src=x onerror=alert(1)>", "%s%n", "'; --", "\r\nX: y"],
  ...["video/mp4; charset=utf-8", "VIDEO/MP4", "text/html", "image/svg+xml", "NaN", "Infinity", "-Infinity"],
];

export function evilValue(random: Random): unknown {
  return random() < 0.1 ? oneOf<unknown>(random, [EVIL_IDS, deep(random)]) : oneOf(random, VALUES);
}

/** Nested far deeper than anybody writes. */
function deep(random: Random): unknown {
  let value: unknown = 1;
  const levels = oneOf(random, [10, 65, 200, 1_000]);
  for (let level = 0; level < levels; level += 1) value = level % 2 === 0 ? [value] : { a: value };
  return value;
}
