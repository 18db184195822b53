import { defaultSnapshot, parseVideoId, type Snapshot, type Subject, statusKey, videoRef } from "@lectern/keys";
import t, { type Test } from "tap";
import type { HearChanges } from "../src/changes.ts";
import { createViews, renderingOf, type View } from "../src/views.ts";
import { someTenant } from "./support/app.ts";

const TENANT = someTenant();

function video(id: number): Subject {
  const videoId = parseVideoId(id);
  if (videoId === null) throw new Error("id");
  return videoRef(TENANT, videoId);
}

/** Reads that answer when they are told to, a watch that says what it is told to, and a clock that is set. */
function scene(t: Test, mostBytes = 1024 * 1024) {
  let now = 1_000;
  const real = performance.now;
  performance.now = () => now;
  t.teardown(() => {
    performance.now = real;
  });
  const watch = { mark: 1 as number | null, heardUntil: 1_000 };
  const reads: { subject: Subject; answer: (fields: Partial<Snapshot> | null) => void }[] = [];
  const hearers: HearChanges[] = [];
  const state = { reachable: true };
  const views = createViews({
    reader: {
      reachable: () => state.reachable,
      read: (subject) =>
        new Promise((resolve) => {
          const answer = (fields: Partial<Snapshot> | null): void =>
            resolve(fields === null ? null : { ...defaultSnapshot(subject), known: true, generation: 1, ...fields });
          reads.push({ subject, answer });
        }),
    },
    changes: {
      mark: () => watch.mark,
      heardUntil: () => watch.heardUntil,
      listen: (hear) => void hearers.push(hear),
      server: () => null,
      confirm: async () => {},
      stop: () => {},
    },
    now: () => null,
    mostBytes,
    onAsked: () => {},
  });
  return {
    views,
    watch,
    reads,
    state,
    pass: (ms: number) => {
      now += ms;
    },
    hear: (keys: readonly string[] | null) => hearers.forEach((hearer) => void hearer(keys)),
    /** Asks, and answers the read that this begins. */
    read: async (subject: Subject, fields: Partial<Snapshot> | null): Promise<View | null> => {
      const view = views.get(subject);
      reads.at(-1)?.answer(fields);
      return view;
    },
  };
}

const isMemory = (view: View | Promise<View | null>): boolean => !(view instanceof Promise);

t.test("given from memory for 250 ms, and as long as the watch vouches for it", async (t) => {
  const { views, watch, pass, read } = scene(t);
  await read(video(1), { version: 1 });
  pass(249);
  t.ok(isMemory(views.get(video(1))));
  pass(1);
  t.notOk(isMemory(views.get(video(1))), "nobody vouches for it");
  watch.heardUntil = 1_200;
  t.ok(isMemory(views.get(video(1))), "vouched for");
  pass(200);
  t.notOk(isMemory(views.get(video(1))), "the watch itself fell silent");
  watch.heardUntil = 1_400;
  t.ok(isMemory(views.get(video(1))));
  watch.mark = 2;
  t.notOk(isMemory(views.get(video(1))), "another watch knows nothing of what was read under the one before");
  watch.mark = null;
  t.notOk(isMemory(views.get(video(1))));
});

t.test("read anew after a minute, whoever vouches: an expired key may be told of late", async (t) => {
  const { views, watch, pass, read } = scene(t);
  await read(video(1), { version: 1 });
  pass(60_249);
  watch.heardUntil = 61_249;
  t.ok(isMemory(views.get(video(1))));
  pass(1);
  t.notOk(isMemory(views.get(video(1))));
});

t.test("what is told of is read anew, and it alone; a flush is told of everything", async (t) => {
  const { views, hear, read } = scene(t);
  for (const id of [1, 2]) await read(video(id), { version: 1 });
  hear([statusKey(video(1))]);
  t.notOk(isMemory(views.get(video(1))));
  t.ok(isMemory(views.get(video(2))));
  hear(null);
  t.notOk(isMemory(views.get(video(2))));
});

t.test("who asks for the same shares one read, until a change is told of while it is under way", async (t) => {
  const { views, reads, hear, pass } = scene(t);
  const first = [views.get(video(1)), views.get(video(1))];
  t.equal(reads.length, 1);
  hear([statusKey(video(1))]);
  const second = views.get(video(1));
  t.equal(reads.length, 2);
  reads[0]?.answer({ version: 1 });
  for (const view of await Promise.all(first)) t.equal(view?.snapshot.version, 1);
  t.notOk(isMemory(views.get(video(1))), "the first may have been read before the change");
  t.equal(reads.length, 2);
  reads[1]?.answer({ version: 2 });
  t.equal((await second)?.snapshot.version, 2);
  t.ok(isMemory(views.get(video(1))));
  hear([statusKey(video(1))]);
  void views.get(video(1));
  pass(250);
  void views.get(video(1));
  t.equal(reads.length, 4, "a read that began too long ago is not shared");
});

t.test("an answer is never older than one before it", async (t) => {
  const { views, reads, hear, read } = scene(t);
  const slow = views.get(video(1));
  hear([statusKey(video(1))]);
  const quick = views.get(video(1));
  reads[1]?.answer({ version: 5 });
  t.equal((await quick)?.snapshot.version, 5);
  reads[0]?.answer({ version: 4 });
  t.equal((await slow)?.snapshot.version, 5, "a read that was overtaken");
  hear([statusKey(video(1))]);
  t.equal((await read(video(1), { version: 3 }))?.snapshot.version, 5, "a server that lost its last writes");
  hear([statusKey(video(1))]);
  t.equal((await read(video(1), { generation: 2, version: 1 }))?.snapshot.generation, 2);
  hear([statusKey(video(1))]);
  t.equal(
    (await read(video(1), { known: false, generation: null }))?.snapshot.known,
    false,
    "nothing there is the truth",
  );
});

t.test("nothing from memory while Redis is known to be away; what cannot be read is not kept", async (t) => {
  const { views, state, read } = scene(t);
  await read(video(1), { version: 1 });
  state.reachable = false;
  t.notOk(isMemory(views.get(video(1))));
  state.reachable = true;
  t.equal(await read(video(2), null), null);
  t.notOk(isMemory(views.get(video(2))));
});

t.test("a status without a generation is not vouched for: its progress may lie elsewhere", async (t) => {
  const { views, watch, pass, read } = scene(t);
  await read(video(1), { generation: null });
  t.ok(isMemory(views.get(video(1))));
  pass(250);
  watch.heardUntil = 1_250;
  t.notOk(isMemory(views.get(video(1))));
});

t.test("memory is bounded, and what was not asked for gives way", async (t) => {
  const { views, read } = scene(t, 50_000);
  for (let id = 1; id <= 100; id += 1) {
    await read(video(id), { version: 1 });
    void views.get(video(1));
  }
  t.ok(views.count() > 5 && views.count() < 25, `${views.count()}`);
  t.ok(isMemory(views.get(video(1))));
  t.notOk(isMemory(views.get(video(2))));
});

t.test("rendered once, and anew when the clock alone changes what it says", async (t) => {
  const { read } = scene(t);
  const updatedAt = "2026-11-20T10:00:00.000Z";
  const start = Date.parse(updatedAt);
  const view = await read(video(1), { status: "PROCESSING", version: 1, updatedAt });
  if (view === null) throw new Error("no view");
  const said = (ms: number) => JSON.parse(renderingOf(view, start + ms, false).text.replace(/:$/, ":0}"));
  t.match(said(0), { stalled: false, next_poll_ms: 1000 });
  t.equal(renderingOf(view, start + 5, false), renderingOf(view, start + 9_999, false), "the same object");
  t.match(said(10_000), { stalled: false, next_poll_ms: 2000 });
  t.match(said(15_001), { stalled: true, next_poll_ms: 2000 });
  t.match(said(60_001), { stalled: true, next_poll_ms: 0 }, "the slow pace is drawn for each answer");
  t.match(said(3), { stalled: false, next_poll_ms: 1000 }, "a clock that was put back");
});
