import type { Messages } from "./en.ts";

export type Locale = "ko" | "en";

/** How numbers, sizes and times are written in one language. */
export interface Format {
  /** 1536 -> "1.5 KB"; decimal units, as file managers and drives use. */
  bytes(count: number): string;
  /** 0-100 -> "42 %"; 100 only where it is 100. */
  percent(value: number): string;
  /** Seconds -> "1:02:03", as a player writes it. */
  clock(seconds: number): string;
  /** The time left in seconds, as a range where both ends are known: "3 to 5 min". */
  span(seconds: number | null, low?: number | null, high?: number | null): string | null;
  /** RFC 3339 -> "5 minutes ago". */
  ago(timestamp: string, now: number): string;
  /** RFC 3339 -> "21 November 2026, 14:05". */
  date(timestamp: string): string;
}

const UNITS = ["B", "KB", "MB", "GB", "TB"] as const;
const AGO: readonly (readonly [Intl.RelativeTimeFormatUnit, number])[] = [
  ["day", 86_400],
  ["hour", 3_600],
  ["minute", 60],
];

export function clock(seconds: number): string {
  const whole = Math.max(0, Math.floor(Number.isFinite(seconds) ? seconds : 0));
  const [h, m, s] = [Math.floor(whole / 3_600), Math.floor(whole / 60) % 60, whole % 60];
  const two = (n: number) => String(n).padStart(2, "0");
  return h > 0 ? `${h}:${two(m)}:${two(s)}` : `${m}:${two(s)}`;
}

export function createFormat(locale: Locale, words: Messages["time"]): Format {
  const number = (digits: number) => new Intl.NumberFormat(locale, { maximumFractionDigits: digits });
  const whole = number(0);
  const oneDigit = number(1);
  const relative = new Intl.RelativeTimeFormat(locale, { numeric: "auto" });
  const dateTime = new Intl.DateTimeFormat(locale, { dateStyle: "long", timeStyle: "short" });
  const day = new Intl.DateTimeFormat(locale, { dateStyle: "medium" });

  /** `step` is the unit's grain: the low end is rounded down to it and the high end up, so that the range stays true. */
  function range(low: number, high: number, step: number): [string, string] {
    const from = Math.max(step, Math.floor(low / step + 1e-9) * step);
    const to = Math.max(from, Math.ceil(high / step - 1e-9) * step);
    return [oneDigit.format(from), oneDigit.format(to)];
  }

  return {
    bytes(count) {
      let unit = 0;
      let value = count;
      while (value >= 1_000 && unit < UNITS.length - 1) {
        value /= 1_000;
        unit += 1;
      }
      return `${(value < 10 && unit > 0 ? oneDigit : whole).format(value)} ${UNITS[unit]}`;
    },
    percent(value) {
      const shown = value >= 100 ? 100 : Math.floor(Math.max(0, value));
      return locale === "ko" ? `${shown}%` : `${shown} %`;
    },
    clock,
    span(seconds, low = null, high = null) {
      const [from, to] = low !== null && high !== null ? [low, Math.max(low, high)] : [seconds, seconds];
      if (from === null || to === null) return null;
      if (to <= 90) {
        const [a, b] = range(from, to, 5);
        return a === b ? words.aboutSeconds(a) : words.seconds(a, b);
      }
      if (to <= 5_400) {
        // Without a range, the nearest minute.
        const known = from !== to;
        const [a, b] = known ? range(from / 60, to / 60, 1) : range(Math.round(from / 60), Math.round(from / 60), 1);
        return a === b ? words.aboutMinutes(a) : words.minutes(a, b);
      }
      const [a, b] = range(from / 3_600, to / 3_600, 0.5);
      return a === b ? words.aboutHours(a) : words.hours(a, b);
    },
    ago(timestamp, now) {
      const seconds = (Date.parse(timestamp) - now) / 1_000;
      if (seconds < -7 * 86_400) return day.format(Date.parse(timestamp));
      const [unit, size] = AGO.find(([, each]) => Math.abs(seconds) >= each) ?? ["minute", 60];
      return relative.format(Math.round(seconds / size), unit);
    },
    date: (timestamp) => dateTime.format(Date.parse(timestamp)),
  };
}
