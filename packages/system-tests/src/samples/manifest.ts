/** One file of a MANIFEST.tsv and what must become of it. */
export interface Sample {
  /** Relative to the folder. */
  readonly file: string;
  /** How the manifest puts it: "READY", "FAILED (cut short)", "READY or FAILED, by what ffmpeg decodes". */
  readonly expected: string;
  /** What READY and FAILED may be said of it; empty where `expected` names neither. */
  readonly allowed: ReadonlySet<"READY" | "FAILED">;
  readonly sha256: string | null;
  /** The size to show. */
  readonly display: { readonly width: number; readonly height: number } | null;
  /** What a plain decode gave. */
  readonly decoded: { readonly frames: number; readonly seconds: number } | null;
}

const NEEDED = ["file", "expected"] as const;

/**
 * Reads a MANIFEST.tsv: a line of column names, then one line a file. Columns that are not known are passed over; those
 * that are missing leave their checks out.
 * @throws one sentence where it cannot be used
 */
export function parseManifest(text: string): { readonly samples: Sample[]; readonly missing: readonly string[] } {
  const [head = "", ...lines] = text
    .replace(/^\uFEFF/, "")
    .split(/\r?\n/)
    .filter((line) => line.trim() !== "");
  const columns = head.split("\t").map((name) => name.trim());
  const lacking = NEEDED.filter((name) => !columns.includes(name));
  if (lacking.length > 0) throw new Error(`MANIFEST.tsv has no column ${lacking.join(" and no column ")}.`);
  if (lines.length === 0) throw new Error("MANIFEST.tsv names no file.");
  const samples = lines.map((line, index) => {
    const cells = line.split("\t");
    const cell = (name: string): string => cells[columns.indexOf(name)]?.trim() ?? "";
    if (cell("file") === "") throw new Error(`Line ${index + 2} of MANIFEST.tsv names no file.`);
    return {
      file: cell("file"),
      expected: cell("expected"),
      allowed: allowedBy(cell("expected")),
      sha256: /^[0-9a-f]{60,64}$/i.test(cell("sha256")) ? cell("sha256").toLowerCase() : null,
      display: displaySize(cell("expected_display_wxh")),
      decoded: decodedBy(cell("decode_test")),
    };
  });
  const optional = ["sha256", "expected_display_wxh", "decode_test"];
  return { samples, missing: optional.filter((name) => !columns.includes(name)) };
}

/** The first clause counts, without what stands in brackets: later ones explain, or name what would be a defect. */
export function allowedBy(expected: string): Sample["allowed"] {
  const [clause = ""] = expected.replaceAll(/\([^)]*\)/g, " ").split(";");
  const allowed = new Set<"READY" | "FAILED">();
  if (/\bREADY\b/.test(clause)) allowed.add("READY");
  if (/\bFAILED\b/.test(clause)) allowed.add("FAILED");
  return allowed;
}

function displaySize(text: string): Sample["display"] {
  const [, width, height] = /^(\d+)x(\d+)$/.exec(text) ?? [];
  return width === undefined || height === undefined ? null : { width: Number(width), height: Number(height) };
}

/** "v_frames=74 v_secs=4.93 … a_secs=4.92 …"; a decode that ran out of time proves nothing. */
function decodedBy(text: string): Sample["decoded"] {
  if (text.includes("TIMEOUT")) return null;
  const figures = new Map([...text.matchAll(/(\w+)=([\d.]+)/g)].map(([, name, value]) => [name, Number(value)]));
  const [video, audio] = [figures.get("v_secs"), figures.get("a_secs")];
  if (video === undefined && audio === undefined) return null;
  return { frames: figures.get("v_frames") ?? 0, seconds: Math.max(video ?? 0, audio ?? 0) };
}
