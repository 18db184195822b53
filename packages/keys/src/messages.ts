import type { Subject } from "./subjects.ts";

/** JSON of an object that has fields, without its closing brace: the scripts add times to it as text. */
export function openObject(fields: object): string {
  return JSON.stringify(fields).slice(0, -1);
}

/** The beginning of a message for both channels: its kind, whom it is about, then `fields`; not yet closed. */
export function messageHead(kind: "status" | "progress", subject: Subject, fields: object): string {
  const id = subject.kind === "video" ? { video_id: subject.videoId } : { job_id: subject.jobId };
  return openObject({ kind, ...id, ...fields });
}
