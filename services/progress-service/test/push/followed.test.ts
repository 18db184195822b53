import type { Snapshot, Subject } from "@lectern/keys";
import t from "tap";
import { createFollowed } from "../../src/push/followed.ts";
import type { Update } from "../../src/push/update.ts";
import { defaultView, type View } from "../../src/views.ts";
import { someTenant } from "../support/app.ts";
import { video } from "../support/streams.ts";

/** Reads that answer when they are told to, since Redis cannot be made to change while one is under way. */
function scene() {
  const reads: ((fields: Partial<Snapshot>) => void)[] = [];
  const read = (subject: Subject): Promise<View> =>
    new Promise((resolve) => {
      const view = defaultView(subject);
      reads.push((fields) => resolve({ ...view, snapshot: { ...view.snapshot, known: true, ...fields } }));
    });
  const followed = createFollowed({
    views: { get: read, read, peek: () => null, count: () => 0 },
    changes: {
      mark: () => null,
      heardUntil: () => Number.NEGATIVE_INFINITY,
      listen: () => {},
      server: () => null,
      confirm: async () => {},
      stop: () => {},
    },
    reachable: () => true,
    now: () => null,
    onCoalesced: () => {},
  });
  const shown: string[] = [];
  const follower = {
    show: ({ view: { snapshot } }: Update) => void shown.push(`${snapshot.status} ${snapshot.generation}`),
  };
  const nextRead = async (): Promise<(fields: Partial<Snapshot>) => void> => {
    for (;;) {
      const answer = reads.shift();
      if (answer !== undefined) return answer;
      await new Promise(setImmediate);
    }
  };
  return { followed, follower, shown, reads, nextRead };
}

t.test("a final state ends it; not one that has changed while it was read, as by a retry", async (t) => {
  const { followed, follower, shown, reads, nextRead } = scene();
  t.teardown(followed.stop);
  const subject = video(someTenant(), 7);
  followed.follow(subject, follower);
  const first = await nextRead();
  followed.hint(subject);
  first({ status: "FAILED", generation: 1, version: 3 });
  const second = await nextRead();
  second({ status: "UPLOADED", generation: 2, version: 4 });
  while (shown.length === 0) await new Promise(setImmediate);
  t.strictSame(shown, ["UPLOADED 2"]);
  t.equal(followed.count(), 1, "it is followed on");
  followed.hint(subject);
  // What no watch vouches for is read anew by and by: whichever read it is.
  while (followed.count() > 0) {
    reads.shift()?.({ status: "READY", generation: 2, version: 5 });
    await new Promise(setImmediate);
  }
  t.strictSame(shown, ["UPLOADED 2", "READY 2"]);
});
