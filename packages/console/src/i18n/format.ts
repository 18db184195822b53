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
    span(seconds, least = null, most = null) {
      const [from, to] = least !== null && most !== null ? [least, Math.max(least, most)] : [seconds, seconds];
      if (from === null || to === null) return null;
      const [step, about, between] =
        to <= 90
          ? ([5, words.aboutSeconds, words.seconds] as const)
          : to <= 5_400
            ? ([60, words.aboutMinutes, words.minutes] as const)
            : ([1_800, words.aboutHours, words.hours] as const);
      const unit = step === 5 ? 1 : step === 60 ? 60 : 3_600;
      // One figure is rounded to the nearest step; a range outwards, so that it stays true.
      const low = Math.max(step, from === to ? Math.round(from / step) * step : Math.floor(from / step) * step);
      const high = Math.max(low, from === to ? low : Math.ceil(to / step) * step);
      const shown = (value: number) => oneDigit.format(value / unit);
      return low === high ? about(shown(low)) : between(shown(low), shown(high));
    },
    ago(timestamp, now) {
      const seconds = (Date.parse(timestamp) - now) / 1_000;
      if (seconds < -7 * 86_400) return day.format(Date.parse(timestamp));
      const fitting = AGO.find(([, each]) => Math.abs(seconds) >= each);
      if (fitting === undefined) return words.justNow;
      const [unit, size] = fitting;
      return relative.format(Math.round(seconds / size), unit);
    },
    date: (timestamp) => dateTime.format(Date.parse(timestamp)),
  };
}
