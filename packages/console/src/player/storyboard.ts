/** One small picture of a storyboard: where it is in its sheet, in pixels. */
export interface Frame {
  /** Seconds. */
  readonly start: number;
  readonly end: number;
  readonly url: string;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export interface Cue {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

function seconds(time: string): number {
  return time.split(":").reduce((sum, part) => sum * 60 + Number(part), 0);
}

/** The cues of a WebVTT file; what is none is passed over. */
export function parseVtt(text: string): Cue[] {
  return text
    .replace(/^\uFEFF/, "")
    .split(/\r?\n\r?\n/)
    .flatMap((block) => {
      const lines = block.split(/\r?\n/);
      const at = lines.findIndex((line) => line.includes("-->"));
      const match = /^\s*([\d:.]+)\s+-->\s+([\d:.]+)/.exec(lines[at] ?? "");
      if (match === null) return [];
      const cue = {
        start: seconds(match[1] ?? ""),
        end: seconds(match[2] ?? ""),
        text: lines
          .slice(at + 1)
          .join("\n")
          .trim(),
      };
      return Number.isFinite(cue.start) && Number.isFinite(cue.end) ? [cue] : [];
    });
}

/** @param base the address of the WebVTT file, which the sheets' addresses are relative to */
export function framesOf(vtt: string, base: string): Frame[] {
  return parseVtt(vtt).flatMap(({ start, end, text }) => {
    const match = /^(\S+)#xywh=(?:pixel:)?(\d+),(\d+),(\d+),(\d+)$/.exec(text);
    if (match === null || !URL.canParse(match[1] ?? "", base)) return [];
    const [x = 0, y = 0, width = 0, height = 0] = match.slice(2).map(Number);
    return [{ start, end, url: new URL(match[1] ?? "", base).href, x, y, width, height }];
  });
}

/** The picture for a moment: the last one that began before it. */
export function frameAt(frames: readonly Frame[], time: number): Frame | null {
  return frames.findLast(({ start }) => start <= time) ?? frames[0] ?? null;
}
