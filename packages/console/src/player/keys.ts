/** What a key does to the player. */
export type Command =
  | { readonly kind: "toggle" }
  | { readonly kind: "mute" }
  | { readonly kind: "fullscreen" }
  | { readonly kind: "subtitles" }
  | { readonly kind: "seek"; readonly by: number }
  | { readonly kind: "jump"; readonly share: number }
  | { readonly kind: "volume"; readonly by: number }
  | { readonly kind: "speed"; readonly by: 1 | -1 };

const KEYS: Readonly<Record<string, Command>> = {
  " ": { kind: "toggle" },
  k: { kind: "toggle" },
  j: { kind: "seek", by: -10 },
  l: { kind: "seek", by: 10 },
  ArrowLeft: { kind: "seek", by: -5 },
  ArrowRight: { kind: "seek", by: 5 },
  ArrowUp: { kind: "volume", by: 0.1 },
  ArrowDown: { kind: "volume", by: -0.1 },
  m: { kind: "mute" },
  f: { kind: "fullscreen" },
  c: { kind: "subtitles" },
  "<": { kind: "speed", by: -1 },
  ">": { kind: "speed", by: 1 },
};

/** By the place of the key, since a Korean keyboard types ㅏ where a Latin one types k. */
const BY_CODE: Readonly<Record<string, string>> = { KeyK: "k", KeyJ: "j", KeyL: "l", KeyM: "m", KeyF: "f", KeyC: "c" };

interface Key {
  readonly key: string;
  readonly code: string;
}

export function commandOf({ key, code }: Key): Command | null {
  if (/^[0-9]$/.test(key)) return { kind: "jump", share: Number(key) / 10 };
  const name = KEYS[key] === undefined ? (BY_CODE[code] ?? "") : key;
  return KEYS[name] ?? null;
}

export const SPEEDS = [0.5, 0.75, 1, 1.25, 1.5, 1.75, 2] as const;

/** The next speed up or down; the ends stay. */
export function speedAfter(rate: number, by: 1 | -1): number {
  const at = SPEEDS.findIndex((each) => each >= rate - 0.01);
  return SPEEDS[Math.min(SPEEDS.length - 1, Math.max(0, (at < 0 ? SPEEDS.length - 1 : at) + by))] ?? 1;
}
