import { defaultSnapshot, type Snapshot, type Subject, subjectName, subjectNameOf } from "@lectern/keys";
import type { Changes } from "./changes.ts";
import { createKeptViews, type Kept } from "./kept-views.ts";
import { holds, type Rendering, render } from "./rendering.ts";
import type { SnapshotReader } from "./snapshot-reader.ts";
import { PLACE_MS, type SeenSnapshot } from "./waiting.ts";

/** What an answer shows was true at most this long before it was asked for, or later. */
export const FRESH_MS = 250;
/** A watched view is read anew after this: Redis tells of an expired key when it removes it, and that may be late. */
export const READ_ANEW_MS = 60_000;
/** So is one that waits in the queue: no key of its own tells of those ahead of it. */
const WAITING_ANEW_MS = PLACE_MS;
/** What an entry takes beside its text, roughly. */
const ENTRY_BYTES = 2_000;

/** One video or job as it was read, with what was made of it. */
export interface View {
  readonly subject: Subject;
  readonly snapshot: SeenSnapshot;
  korean: Rendering | null;
  english: Rendering | null;
  /** The watch that it was read under and that told of no change since; null where a change would not be told. */
  mark: number | null;
}

/** Whence an answer came: `memory`; a read that others had begun (`shared`); a read of its own (`redis`). */
export type ViewSource = "memory" | "shared" | "redis";

export interface ViewsOptions {
  reader: SnapshotReader;
  changes: Changes;
  /** Redis's clock, epoch milliseconds; null where it is not known yet. */
  now: () => number | null;
  /** Bytes that views may take, roughly; those not asked for lately give way. */
  mostBytes: number;
  /** @param ageMs how long before it was asked for what is given was surely true; 0 where it is read */
  onAsked: (source: ViewSource, ageMs: number) => void;
}

export interface Views {
  /** The view, at once where it is known to be true; null where Redis cannot be read. Never rejects. */
  get: (subject: Subject) => View | Promise<View | null>;
  /** The view where it is known to be true; null where it has to be read. */
  peek: (subject: Subject) => View | null;
  /** Reads anew, whatever is kept; null where Redis cannot be read. Never rejects. */
  read: (subject: Subject) => Promise<View | null>;
  /** Views that are kept. */
  count: () => number;
}

/** `performance.now()` ms of a time that is long past. */
const NEVER = Number.NEGATIVE_INFINITY;

interface Entry extends View, Kept {
  readonly subject: Subject;
  /** Reads are numbered in the order in which they began, which is the order in which one connection answers. */
  order: number;
  /** When the read began: it shows nothing older than that. */
  askedAt: number;
}

interface Read {
  order: number;
  askedAt: number;
  mark: number | null;
  result: Promise<View | null>;
}

/**
 * What was read from Redis, kept as long as it is known to be true: for {@link FRESH_MS} after the read began, and
 * beyond that while the watch vouches for it. All who ask for the same while it is read share one read.
 * An answer is never older than one given before it.
 */
export function createViews({ reader, changes, now, mostBytes, onAsked }: ViewsOptions): Views {
  const kept = createKeptViews<Entry>(mostBytes);
  const reading = new Map<string, Read>();
  let reads = 0;
  changes.listen((keys) => {
    if (keys === null) {
      kept.clear();
      reading.clear();
      return;
    }
    for (const key of keys) {
      const name = subjectNameOf(key);
      // Who waits for a read that is under way gets it; who asks from now on gets a new one.
      reading.delete(name);
      const entry = kept.named(name);
      if (entry === undefined) continue;
      entry.askedAt = NEVER;
      entry.mark = null;
    }
  });

  /** Up to when the entry is known to have been true. */
  function trueUntil({ askedAt, mark, snapshot }: Entry): number {
    if (mark === null || mark !== changes.mark()) return askedAt;
    const longest = snapshot.waiting === undefined ? READ_ANEW_MS : WAITING_ANEW_MS;
    return Math.max(askedAt, Math.min(changes.heardUntil(), askedAt + longest));
  }

  function begin(name: string, subject: Subject, askedAt: number): Read {
    reads += 1;
    const read: Read = { order: reads, askedAt, mark: changes.mark(), result: Promise.resolve(null) };
    reading.set(name, read);
    read.result = reader.read(subject).then((snapshot) => {
      const current = reading.get(name) === read;
      if (current) reading.delete(name);
      return snapshot === null ? null : keep(name, subject, snapshot, read, current);
    });
    return read;
  }

  /** @param current whether nothing is known to have changed since the read began */
  function keep(name: string, subject: Subject, snapshot: SeenSnapshot, read: Read, current: boolean): View {
    const before = kept.named(name);
    if (before !== undefined && before.order > read.order) return before;
    const shown = before !== undefined && isOlder(snapshot, before.snapshot) ? before.snapshot : snapshot;
    const korean = render(subject, shown, now(), false);
    const entry: Entry = {
      subject,
      snapshot: shown,
      korean,
      english: null,
      mark: current && isWatchable(snapshot) ? read.mark : null,
      name,
      bytes: ENTRY_BYTES + 2 * korean.text.length,
      asked: before?.asked ?? false,
      order: read.order,
      askedAt: current ? read.askedAt : NEVER,
    };
    kept.set(entry);
    return entry;
  }

  function fromMemory(subject: Subject, asked: number): View | null {
    const entry = kept.get(subject);
    // While Redis is known to be away there is nothing to vouch for a view.
    if (entry === undefined || !reader.reachable()) return null;
    const age = asked - trueUntil(entry);
    if (age >= FRESH_MS) return null;
    onAsked("memory", age);
    return entry;
  }

  return {
    peek: (subject) => fromMemory(subject, performance.now()),
    read: (subject) => {
      onAsked("redis", 0);
      return begin(subjectName(subject), subject, performance.now()).result;
    },
    get: (subject) => {
      const asked = performance.now();
      const entry = fromMemory(subject, asked);
      if (entry !== null) return entry;
      const name = subjectName(subject);
      const under = reading.get(name);
      const shared = under !== undefined && asked - under.askedAt < FRESH_MS;
      onAsked(shared ? "shared" : "redis", 0);
      return (shared ? under : begin(name, subject, asked)).result;
    },
    count: kept.count,
  };
}

/** The rendering in the language, kept with the view while it holds. */
export function renderingOf(view: View, now: number | null, prefersEnglish: boolean): Rendering {
  // Only a reason has a language.
  const language = prefersEnglish && view.snapshot.status === "FAILED" ? "english" : "korean";
  const made = view[language];
  if (made !== null && holds(made, now)) return made;
  const rendering = render(view.subject, view.snapshot, now, language === "english");
  view[language] = rendering;
  return rendering;
}

/** The view for want of Redis, or of anything there. */
export function defaultView(subject: Subject): View {
  return { subject, snapshot: defaultSnapshot(subject), korean: null, english: null, mark: null };
}

/** What was written without a generation may have been read from keys without a tenant, which no view is named after. */
function isWatchable({ known, generation }: Snapshot): boolean {
  return !known || generation !== null;
}

/** A server that lost its last writes (a fail-over) says what was true before; what was shown stays. */
function isOlder(snapshot: Snapshot, shown: Snapshot): boolean {
  if (snapshot.generation === null || shown.generation === null) return false;
  if (snapshot.generation !== shown.generation) return snapshot.generation < shown.generation;
  return snapshot.version !== null && shown.version !== null && snapshot.version < shown.version;
}
