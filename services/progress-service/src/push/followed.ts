import { isFinalStatus, type Subject, subjectName, subjectNameOf } from "@lectern/keys";
import type { Changes } from "../changes.ts";
import { holds } from "../rendering.ts";
import { defaultView, READ_ANEW_MS, type View, type Views } from "../views.ts";
import { Update } from "./update.ts";

/** Who is shown the states of what it follows. */
export interface Follower {
  /** After a final update the follower is told no more of its subject: it need not unfollow. */
  show: (update: Update) => void;
}

export interface Followed {
  /** Shows the present state as soon as it is known, then each change. A second time: the present state again. */
  follow: (subject: Subject, follower: Follower) => void;
  /** As `follow`, by what is read from now on alone. */
  followAnew: (subject: Subject, follower: Follower) => void;
  unfollow: (subject: Subject, follower: Follower) => void;
  /** Something is said to have changed; it is read anew where it is followed. */
  hint: (subject: Subject) => void;
  /** Videos and jobs that are followed. */
  count: () => number;
  stop: () => void;
}

export interface FollowedOptions {
  views: Views;
  changes: Changes;
  /** Whether Redis can be read, as far as is known. */
  reachable: () => boolean;
  /** Redis's clock, epoch milliseconds; null where it is not known yet. */
  now: () => number | null;
  /** A change was told while the one before it was not sent yet. */
  onCoalesced: () => void;
}

/** What changed is read this much later at most: a worker's two writes are one change, and all reads of a while one write. */
const GATHER_MS = 20;
/** A client gets no more than four states a second of one subject. */
const PACE_MS = 250;
/** What no watch vouches for is read anew this often, as the watch itself may be gone. */
const SWEEP_MS = 250;
/** As long unheard of, the watch is not believed: its connection may hang. */
const UNHEARD_MS = 1_000;
/** No key of its own tells of those ahead of what waits in the queue; this is also the pace at which it is polled. */
const WAITING_ANEW_MS = 2_000;
/** Reads under way at a time: thousands at once would each wait for all of them, and none be in time. */
const MOST_READS = 500;

class Topic {
  readonly subject: Subject;
  readonly followers = new Set<Follower>();
  /** Those of the followers who were shown nothing yet. */
  waiting = new Set<Follower>();
  /** Those who were shown the default alone, for want of Redis. */
  unknowing = new Set<Follower>();
  state: "idle" | "queued" | "reading" = "idle";
  /** It changed while it was read. */
  again = false;
  /** The last that was read; null before, and where Redis could not be read since. */
  view: View | null = null;
  latest: Update | null = null;
  /** What all followers were shown; the same object as `latest` where nothing is due. */
  shown: Update | null = null;
  shownAt = Number.NEGATIVE_INFINITY;
  readAt = Number.NEGATIVE_INFINITY;

  constructor(subject: Subject) {
    this.subject = subject;
  }
}

/**
 * What clients follow: one read for each change of a video or job, however many follow it. Redis's watch tells of
 * changes, whoever makes them; what no watch vouches for is read every 250 ms. Of many changes the last is always shown.
 * While Redis is away nothing is shown, but the default to whoever has been shown nothing yet.
 */
export function createFollowed({ views, changes, reachable, now, onCoalesced }: FollowedOptions): Followed {
  const topics = new Map<string, Topic>();
  const queue = new Set<Topic>();
  let underWay = 0;
  let gathering: NodeJS.Timeout | null = null;

  function gather(): void {
    if (queue.size > 0) gathering ??= setTimeout(work, GATHER_MS);
  }

  function enqueue(topic: Topic): void {
    if (topic.state === "reading") topic.again = true;
    if (topic.state !== "idle") return;
    topic.state = "queued";
    queue.add(topic);
    gather();
  }

  function told(topic: Topic): void {
    if (topic.state === "queued") onCoalesced();
    enqueue(topic);
  }

  function isDue(topic: Topic): boolean {
    return topic.waiting.size > 0 || performance.now() >= topic.shownAt + PACE_MS;
  }

  function work(): void {
    gathering = null;
    for (const topic of queue) {
      if (underWay >= MOST_READS) break;
      if (!isDue(topic)) continue;
      queue.delete(topic);
      read(topic);
    }
    gather();
  }

  function read(topic: Topic): void {
    topic.state = "reading";
    underWay += 1;
    void views.read(topic.subject).then((view) => {
      underWay -= 1;
      topic.state = "idle";
      if (topic.followers.size === 0) return;
      if (topic.again && view !== null && isFinalStatus(view.snapshot.status)) {
        // A final state ends it for all; what changed meanwhile may be a retry, which a tenant's stream would miss.
        topic.again = false;
        enqueue(topic);
        return;
      }
      topic.view = view;
      topic.readAt = performance.now();
      if (view === null) showDefault(topic);
      else present(topic, view);
      const { again } = topic;
      topic.again = false;
      if (again && topic.followers.size > 0) enqueue(topic);
    });
  }

  /** Whoever shows something keeps it; who has nothing is told that nothing is known. */
  function showDefault(topic: Topic): void {
    if (topic.waiting.size === 0) return;
    const update = new Update(defaultView(topic.subject), now());
    for (const follower of topic.waiting) {
      follower.show(update);
      topic.unknowing.add(follower);
    }
    topic.waiting.clear();
  }

  function present(topic: Topic, view: View): void {
    const update = new Update(view, now());
    if (topic.latest === null || topic.latest.rendering.etag !== update.rendering.etag) topic.latest = update;
    const { latest } = topic;
    latest.rendering = update.rendering;
    if (topic.shown !== latest && performance.now() >= topic.shownAt + PACE_MS) {
      topic.shown = latest;
      topic.shownAt = performance.now();
      topic.waiting.clear();
      topic.unknowing.clear();
      for (const follower of topic.followers) follower.show(latest);
      if (latest.final) remove(topic);
      return;
    }
    showWaiting(topic, latest);
    if (topic.shown !== latest && topic.followers.size > 0) enqueue(topic);
  }

  function showWaiting(topic: Topic, update: Update): void {
    const waiting = topic.waiting.union(topic.unknowing);
    topic.waiting.clear();
    topic.unknowing.clear();
    for (const follower of waiting) {
      follower.show(update);
      if (update.final) topic.followers.delete(follower);
    }
    if (topic.followers.size === 0) remove(topic);
  }

  function remove(topic: Topic): void {
    topic.followers.clear();
    topic.waiting.clear();
    topic.unknowing.clear();
    if (topic.state === "queued") topic.state = "idle";
    queue.delete(topic);
    const name = subjectName(topic.subject);
    // Somebody may follow it anew already.
    if (topics.get(name) === topic) topics.delete(name);
  }

  /** Whether a change of what was read would have been told. */
  function isWatched({ mark }: View, at: number): boolean {
    return mark !== null && mark === changes.mark() && at - changes.heardUntil() < UNHEARD_MS;
  }

  /** Milliseconds for which a watched view says what is true. */
  function validFor({ snapshot: { waiting } }: View): number {
    return waiting === undefined ? READ_ANEW_MS : WAITING_ANEW_MS;
  }

  function sweep(): void {
    const [at, clock, canRead] = [performance.now(), now(), reachable()];
    for (const topic of topics.values()) {
      const { view, latest } = topic;
      if (canRead) {
        if (view === null || !isWatched(view, at) || at - topic.readAt > validFor(view)) enqueue(topic);
        // The clock alone changes what it says: stalled, and the pace of polls.
        else if (latest !== null && !holds(latest.rendering, clock)) present(topic, view);
      } else {
        topic.view = null;
        // One of them asks whether Redis is back.
        if (queue.size === 0) enqueue(topic);
      }
    }
  }

  changes.listen((keys) => {
    if (keys === null) for (const topic of topics.values()) told(topic);
    else
      for (const key of keys) {
        const topic = topics.get(subjectNameOf(key));
        if (topic !== undefined) told(topic);
      }
  });
  const sweeping = setInterval(sweep, SWEEP_MS).unref();

  function join(subject: Subject, follower: Follower): Topic {
    const name = subjectName(subject);
    const topic = topics.get(name) ?? new Topic(subject);
    topics.set(name, topic);
    topic.followers.add(follower);
    topic.waiting.add(follower);
    return topic;
  }

  return {
    followAnew: (subject, follower) => enqueue(join(subject, follower)),
    follow: (subject, follower) => {
      const topic = join(subject, follower);
      const view = views.peek(subject);
      if (view === null) enqueue(topic);
      else {
        topic.view = view;
        present(topic, view);
      }
    },
    unfollow: (subject, follower) => {
      const topic = topics.get(subjectName(subject));
      if (topic === undefined) return;
      topic.followers.delete(follower);
      topic.waiting.delete(follower);
      topic.unknowing.delete(follower);
      if (topic.followers.size === 0) remove(topic);
    },
    hint: (subject) => {
      const topic = topics.get(subjectName(subject));
      if (topic !== undefined) told(topic);
    },
    count: () => topics.size,
    stop: () => {
      clearInterval(sweeping);
      if (gathering !== null) clearTimeout(gathering);
      for (const topic of topics.values()) remove(topic);
    },
  };
}
