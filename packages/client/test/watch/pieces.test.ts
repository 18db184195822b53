import t from "tap";
import { retryAfterOf } from "../../src/waiting.ts";
import { eventsOf } from "../../src/watch/sse.ts";
import { newer } from "../../src/watch/subject.ts";
import type { VideoProgress } from "../../src/wire.ts";

const state = (changes: Partial<VideoProgress>) =>
  ({
    id: 7,
    status: "PROCESSING",
    known: true,
    generation: 1,
    version: 2,
    progress: 40,
    updated_at: "2026-11-21T10:00:00.000Z",
    ...changes,
  }) as VideoProgress;

t.test("what is shown gives way to what is newer only", async (t) => {
  const shown = state({});
  const ready = state({ status: "READY", version: 3, progress: 100 });
  const takes = (next: VideoProgress, over = shown) => newer(over, next) === next;
  t.ok(takes(state({ progress: 41, updated_at: "2026-11-21T10:00:01.000Z" })));
  t.ok(takes(ready));
  t.ok(takes(state({ generation: 2, version: 1 })), "tried again");
  t.notOk(takes(state({ version: 1 })));
  t.notOk(takes(state({ generation: 0, version: 9 })));
  t.notOk(takes(state({ progress: 39, updated_at: "2026-11-21T09:59:59.000Z" })));
  t.notOk(takes(state({ status: "PENDING", known: false, generation: null, version: null, progress: 0 })));
  t.notOk(takes(state({ generation: 2, version: 9 }), ready), "nothing comes after READY");
  t.ok(takes(shown, state({ status: "PENDING", known: false, generation: null, version: null })));
});

t.test("Retry-After in seconds and as a date", async (t) => {
  t.equal(retryAfterOf("2"), 2_000);
  t.equal(retryAfterOf(null), null);
  t.equal(retryAfterOf("soon"), null);
  t.equal(retryAfterOf(new Date(0).toUTCString()), 0);
});

t.test("an event stream in pieces, with comments and fields of no interest", async (t) => {
  const text = 'retry: 2000\n\n: beat\n\nid: 1.2.3\ndata: {"a":1}\n\nevent: resync\ndata: {}\n\ndata: cut off';
  const bytes = new TextEncoder().encode(text);
  let heard = 0;
  const body = new ReadableStream({
    start(controller) {
      for (let start = 0; start < bytes.length; start += 7) controller.enqueue(bytes.slice(start, start + 7));
      controller.close();
    },
  });
  const events = await Array.fromAsync(
    eventsOf(new Response(body), () => {
      heard += 1;
    }),
  );
  t.strictSame(events, [
    { event: "message", data: '{"a":1}' },
    { event: "resync", data: "{}" },
  ]);
  t.equal(heard, Math.ceil(bytes.length / 7));
});
