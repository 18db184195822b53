import type { TenantId } from "./ids.ts";
import type { Subject } from "./subjects.ts";

/** `video:<vid>` or `job:<jid>`. A job id has no colon, so no job can spell a video's name. */
function localName(subject: Subject): string {
  return subject.kind === "video" ? `video:${subject.videoId}` : `job:${subject.jobId}`;
}

function tenantName(tenantId: TenantId): string {
  return `tenant:${tenantId}`;
}

/** What the keys and the channel of one video or job begin with; no other has the same. */
export function subjectName(subject: Subject): string {
  return `${tenantName(subject.tenantId)}:${localName(subject)}`;
}

/** The `subjectName` in a `statusKey` or `progressKey`; of any other text something that names no subject of ours. */
export function subjectNameOf(key: string): string {
  return key.slice(0, Math.max(0, key.lastIndexOf(":")));
}

/** String, JSON: the status. */
export function statusKey(subject: Subject): string {
  return `${subjectName(subject)}:status`;
}

/** Hash: the progress and its fence. */
export function progressKey(subject: Subject): string {
  return `${subjectName(subject)}:progress`;
}

/** What old writers used, JSON in a string and without a tenant. Only read, and only beside an old writer's status. */
export function legacyProgressKey(subject: Subject): string {
  return subject.kind === "video" ? `job:${localName(subject)}:progress` : `${localName(subject)}:progress`;
}

/** Pub/sub: what changed of one video or job. */
export function eventsChannel(subject: Subject): string {
  return `${subjectName(subject)}:events`;
}

/** Pub/sub: what changed of anything of the tenant. */
export function tenantEventsChannel(tenantId: TenantId): string {
  return `${tenantName(tenantId)}:events`;
}
