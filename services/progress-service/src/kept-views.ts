import type { JobId, Subject, TenantId, VideoId } from "@lectern/keys";

/** What is kept of one video or job. */
export interface Kept {
  readonly subject: Subject;
  /** Its `subjectName`. */
  readonly name: string;
  /** What it takes, roughly. */
  readonly bytes: number;
  /** Asked for since it was last looked at for giving way. */
  asked: boolean;
}

export interface KeptViews<Entry extends Kept> {
  /** For who asks. */
  get: (subject: Subject) => Entry | undefined;
  /** Without being asked for. */
  named: (name: string) => Entry | undefined;
  /** In the place of what was kept of the same. */
  set: (entry: Entry) => void;
  clear: () => void;
  count: () => number;
}

/**
 * Entries in bounded memory. Those that nobody asked for lately give way (a second chance for each, in place of the order
 * of use): asking then writes to nothing but the entry. It builds no text either: ids are numbers, which are found faster
 * than names. Ten thousand entries do not fit a processor's cache, and each line of memory that is not touched counts.
 */
export function createKeptViews<Entry extends Kept>(mostBytes: number): KeptViews<Entry> {
  const names = new Map<string, Entry>();
  const tenants = new Map<TenantId, Map<VideoId | JobId, Entry>>();
  let bytes = 0;

  function forget({ name, subject, bytes: freed }: Entry): void {
    bytes -= freed;
    names.delete(name);
    const entries = tenants.get(subject.tenantId);
    entries?.delete(idOf(subject));
    if (entries?.size === 0) tenants.delete(subject.tenantId);
  }

  /** The first pass takes each entry's chance, so the second one ends it. */
  function giveWay(): void {
    for (const entry of names.values()) {
      if (bytes <= mostBytes) return;
      if (!entry.asked) {
        forget(entry);
        continue;
      }
      entry.asked = false;
      names.delete(entry.name);
      names.set(entry.name, entry);
    }
  }

  return {
    get: (subject) => {
      const entry = tenants.get(subject.tenantId)?.get(idOf(subject));
      if (entry !== undefined && !entry.asked) entry.asked = true;
      return entry;
    },
    named: (name) => names.get(name),
    set: (entry) => {
      const { name, subject } = entry;
      bytes += entry.bytes - (names.get(name)?.bytes ?? 0);
      names.set(name, entry);
      let entries = tenants.get(subject.tenantId);
      if (entries === undefined) {
        entries = new Map();
        tenants.set(subject.tenantId, entries);
      }
      entries.set(idOf(subject), entry);
      giveWay();
    },
    clear: () => {
      names.clear();
      tenants.clear();
      bytes = 0;
    },
    count: () => names.size,
  };
}

/** A video's is a number and a job's a text, so one map holds both. */
function idOf(subject: Subject): VideoId | JobId {
  return subject.kind === "video" ? subject.videoId : subject.jobId;
}
