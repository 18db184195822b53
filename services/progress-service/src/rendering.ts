import { defaultSnapshot, type Subject } from "@lectern/keys";
import { etagOf } from "./etag.ts";
import { jobView } from "./job-view.ts";
import { SLOW_PACE, type Span, steadySpan } from "./pace.ts";
import { videoView } from "./video-view.ts";
import type { SeenSnapshot } from "./waiting.ts";

/** A view as it is sent, made once and sent until it changes. Outside its span of Redis's clock it says something else. */
export interface Rendering extends Span {
  /** Covers all but the draw of the pace. */
  etag: string;
  /** JSON of the view; without its end where the pace is drawn anew for each answer. */
  text: string;
  drawsPace: boolean;
}

const SLOW_END = `${SLOW_PACE.least}}`;

/**
 * @param now Redis's clock, epoch milliseconds; null where it is not known yet
 * @param english the language of a video's `error_reason`
 */
export function render(subject: Subject, snapshot: SeenSnapshot, now: number | null, english: boolean): Rendering {
  const text = viewText(subject, snapshot, now, english);
  const underWay = snapshot.status === "PROCESSING" || snapshot.status === "RUNNING";
  const drawsPace = text.endsWith(`"next_poll_ms":${SLOW_END}`);
  return {
    etag: etagOf(text),
    text: drawsPace ? text.slice(0, -SLOW_END.length) : text,
    drawsPace,
    ...steadySpan(snapshot, underWay, now),
  };
}

/** Whether the rendering says what is true at `now`. */
export function holds({ from, until }: Rendering, now: number | null): boolean {
  const at = now ?? Number.NEGATIVE_INFINITY;
  return from <= at && at < until;
}

/** JSON of the view, the slow pace drawn anew: pollers that began together do not go on together. */
export function textOf({ text, drawsPace }: Rendering): string {
  if (!drawsPace) return text;
  return `${text}${SLOW_PACE.least + Math.floor(Math.random() * (SLOW_PACE.most - SLOW_PACE.least + 1))}}`;
}

/** `next_poll_ms` stands last in both. */
function viewText(subject: Subject, snapshot: SeenSnapshot, now: number | null, english: boolean): string {
  if (subject.kind === "video") return JSON.stringify(videoView(subject.videoId, snapshot, { now, english }));
  try {
    return JSON.stringify(jobView(subject.jobId, snapshot, now));
  } catch {
    // A result may be nested deeper than it can be written: content like any other that cannot be read.
    return JSON.stringify(jobView(subject.jobId, defaultSnapshot(subject), now));
  }
}
