import type { JobProgress, VideoProgress } from "../wire.ts";

/** What is followed: "v:7" or "j:import-42". */
export type SubjectKey = `v:${number}` | `j:${string}`;
export type Progress = VideoProgress | JobProgress;

export const videoKey = (id: number): SubjectKey => `v:${id}`;
export const jobKey = (id: string): SubjectKey => `j:${id}`;

export function keyOf(state: Progress): SubjectKey {
  return "job_id" in state ? jobKey(state.job_id) : videoKey(state.id);
}

export function videoIdOf(key: SubjectKey): number | null {
  return key.startsWith("v:") ? Number(key.slice(2)) : null;
}

export function isFinal({ status }: Progress): boolean {
  return status === "READY" || status === "DONE" || status === "FAILED";
}

/**
 * What to show of two answers: never what is older, by (generation, version) and within one version by the time of the
 * write; nothing unknown in the place of what was known; nothing after READY or DONE.
 */
export function newer<T extends Progress>(shown: T | null, next: T): T {
  if (shown === null) return next;
  if (!next.known || shown.status === "READY" || shown.status === "DONE") return shown;
  const [was, is] = [orderOf(shown), orderOf(next)];
  for (const index of [0, 1] as const) if (is[index] !== was[index]) return is[index] > was[index] ? next : shown;
  return (next.updated_at ?? "") < (shown.updated_at ?? "") ? shown : next;
}

function orderOf({ generation, version }: Progress): readonly [number, number] {
  return [generation ?? 0, version ?? 0];
}
