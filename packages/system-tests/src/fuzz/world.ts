import type { DevSecrets } from "@lectern/local-stack";
import { oneOf, type Random } from "../faults/random.ts";

export interface Academy {
  readonly tenant: number;
  /** In titles, names of files and ids of jobs: nobody else may ever read it. */
  readonly marker: string;
  readonly token: string;
  /** In every state; their owner only looks at them, so that whatever changes them is a stranger. */
  readonly still: readonly number[];
  /** Which the owner does everything to; grows with what is created. */
  readonly play: number[];
  /** Of another team's worker. */
  readonly jobId: string;
}

export interface World {
  readonly academies: readonly [Academy, Academy];
  readonly secrets: DevSecrets;
  readonly serviceToken: string;
}

/** Ids begin here, so that one of ten digits in an answer is an id and nothing else. */
export const FIRST_ID = 5_000_000_001;
const NEVER_FROM = 5_900_000_000;

/** As long as a real one, and of no video. */
export function missingId(random: Random): number {
  return NEVER_FROM + Math.floor(random() * 99_999_999);
}

export function idsIn(text: string): number[] {
  return [...text.matchAll(/(?<!\d)5\d{9}(?!\d)/g)].map(([digits]) => Number(digits));
}

/** Whose id a call names. A `foreign` one is the other academy's, and must look like a `missing` one. */
export interface Named {
  readonly kind: "own" | "foreign" | "missing" | "evil";
  readonly text: string;
  /** For a foreign one: the same in length and kind, and nobody's. */
  readonly missing: string | null;
}

/** @param harmless whether the call changes nothing */
export function nameVideo(
  random: Random,
  { mine, other, harmless }: { readonly mine: Academy; readonly other: Academy; readonly harmless: boolean },
): Named {
  const drawn = random();
  const pool = harmless ? [...mine.still, ...mine.play] : mine.play;
  if (drawn < 0.3 && pool.length > 0) return { kind: "own", text: String(chosen(random, pool)), missing: null };
  if (drawn < 0.6) {
    const id = chosen(random, random() < 0.7 ? other.still : other.play);
    return { kind: "foreign", text: String(id), missing: String(missingId(random)) };
  }
  return { kind: "missing", text: String(missingId(random)), missing: null };
}

export function nameJob(random: Random, request: Parameters<typeof nameVideo>[1]): Named {
  if (random() < 0.3) {
    const { jobId } = random() < 0.5 ? request.mine : request.other;
    if (jobId === request.mine.jobId) return { kind: "own", text: jobId, missing: null };
    return { kind: "foreign", text: jobId, missing: `import-${hex(random, jobId.length - "import-".length)}` };
  }
  const { kind, text, missing } = nameVideo(random, request);
  const encode = (id: string) => `video-${id}-g${oneOf(random, ["1", "2"])}`;
  const name = encode(text);
  return { kind, text: name, missing: missing === null ? null : name.replace(text, missing) };
}

function hex(random: Random, length: number): string {
  return Array.from({ length }, () => Math.floor(random() * 16).toString(16)).join("");
}

function chosen(random: Random, list: readonly number[]): number {
  return list[Math.floor(random() * list.length)] ?? FIRST_ID;
}
