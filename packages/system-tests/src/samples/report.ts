import type { BenchReport } from "../bench/report.ts";
import { disagreements, type Seen } from "./judge.ts";

/** One file: all that was seen of it, or why nothing could be. */
export type Row =
  | { readonly kind: "seen"; readonly seen: Seen }
  | { readonly kind: "trouble"; readonly file: string; readonly expected: string; readonly why: string };

const COLUMNS = ["file", "expected", "got", "code", "wxh", "source s", "output s", "frames", "late ms", "took s"];
const NAME_LENGTH = 52;
const EXPECTED_LENGTH = 15;

export function cellsOf(row: Row): string[] {
  if (row.kind === "trouble") return [short(row.file), row.expected.slice(0, EXPECTED_LENGTH), "trouble"];
  const { followed, published, sample, soundLateMs, sourceSeconds } = row.seen;
  const { fate, seconds } = followed;
  const from = sample.decoded?.seconds ?? sourceSeconds;
  const frames = published?.frames == null ? "-" : `${sample.decoded?.frames ?? "?"}/${published.frames}`;
  return [
    short(sample.file),
    sample.allowed.size === 0 ? sample.expected.slice(0, EXPECTED_LENGTH) : [...sample.allowed].join(" or "),
    fate.kind,
    fate.kind === "FAILED" ? fate.code : "-",
    published?.width == null ? "-" : `${published.width}x${published.height}`,
    from === null || from === undefined ? "-" : from.toFixed(2),
    published === null ? "-" : published.seconds.toFixed(2),
    frames,
    soundLateMs === null ? "-" : String(soundLateMs),
    seconds.toFixed(1),
  ];
}

/** One line a disagreement, without the file's name. */
export function linesOf(row: Row): string[] {
  if (row.kind === "trouble") return [row.why];
  const { fate } = row.seen.followed;
  const found = disagreements(row.seen);
  const detail =
    fate.kind === "FAILED" && found.length > 0 ? [`its record says: ${fate.detail.split("\n")[0] ?? ""}`] : [];
  return [...found, ...detail];
}

export function agrees(row: Row): boolean {
  return row.kind === "seen" && disagreements(row.seen).length === 0;
}

export interface RunFacts {
  readonly planned: number;
  readonly seconds: number;
  readonly interrupted: boolean;
  /** Folders that the workers left behind. */
  readonly leftOver: number;
  readonly outboundWatched: boolean;
}

export function reportOf(rows: readonly Row[], facts: RunFacts): BenchReport {
  const seen = rows.flatMap((row) => (row.kind === "seen" ? [row.seen] : []));
  const fates = (kind: string) => seen.filter(({ followed }) => followed.fate.kind === kind).length;
  const crashed = seen.filter(({ followed: { attempts, fate }, restarts }) => {
    const ours = fate.kind === "FAILED" && (fate.code === "INTERNAL" || fate.code === "POISON");
    return restarts.length > 0 || attempts > 1 || ours;
  });
  const agree = rows.filter(agrees).length;
  const late = seen.flatMap(({ soundLateMs }) => (soundLateMs === null ? [] : [Math.abs(soundLateMs)]));
  return {
    table: { columns: COLUMNS, rows: rows.map(cellsOf) },
    figures: {
      files: facts.planned,
      ran: rows.length,
      agree,
      disagree: rows.length - agree,
      ready: fates("READY"),
      failed: fates("FAILED"),
      crashed: crashed.length,
      hung: fates("hung"),
      trouble: rows.filter(({ kind }) => kind === "trouble").length,
      outbound: facts.outboundWatched ? seen.reduce((sum, { outbound }) => sum + outbound.length, 0) : null,
      half_results: seen.reduce((sum, { half }) => sum + half.length, 0),
      left_over: facts.leftOver,
      sync_measured: late.length,
      sync_worst_ms: late.length === 0 ? null : Math.max(...late),
      seconds: Math.round(facts.seconds),
      interrupted: facts.interrupted ? 1 : 0,
    },
  };
}

function short(file: string): string {
  return file.length <= NAME_LENGTH ? file : `${file.slice(0, NAME_LENGTH - 1)}…`;
}
