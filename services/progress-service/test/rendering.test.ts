import { videoRef } from "@lectern/keys";
import t from "tap";
import { steadySpan } from "../src/pace.ts";
import { render, textOf } from "../src/rendering.ts";
import { someTenant } from "./support/app.ts";
import { ago, NOW, progressFields, VIDEO_ID, videoSnapshot } from "./support/snapshots.ts";

const video = videoRef(someTenant(), VIDEO_ID);
const working = (startedSeconds: number) =>
  videoSnapshot({ status: "PROCESSING", generation: 1, progress: progressFields({ startedAt: ago(startedSeconds) }) });

t.test("the slow pace is drawn for each answer, and the tag does not cover it", async (t) => {
  const rendering = render(video, working(3_600), NOW, false);
  const paces = Array.from({ length: 200 }, () => JSON.parse(textOf(rendering)).next_poll_ms);
  t.ok(paces.every((pace) => Number.isInteger(pace) && pace >= 3000 && pace <= 5000));
  t.ok(new Set(paces).size > 20);
  t.equal(render(video, working(3_600), NOW, false).etag, rendering.etag);
  t.equal(JSON.parse(textOf(rendering)).id, 7);
});

t.test("every other pace is what it is", async (t) => {
  for (const [snapshot, pace] of [
    [working(3), 1000],
    [working(30), 2000],
    [videoSnapshot({ status: "READY" }), null],
  ] as const)
    t.equal(JSON.parse(textOf(render(video, snapshot, NOW, false))).next_poll_ms, pace);
});

t.test("a span holds exactly as long as the view says the same", async (t) => {
  for (const snapshot of [
    working(3),
    working(-20),
    working(3_600),
    videoSnapshot({ status: "PROCESSING", updatedAt: ago(0) }),
  ])
    for (let ms = -30_000; ms <= 90_000; ms += 250) {
      const at = NOW + ms;
      const span = render(video, snapshot, at, false);
      t.ok(span.from <= at && at < span.until);
      for (const other of [span.from, span.until - 1, at + 1].filter((time) => time >= span.from && time < span.until))
        if (Number.isFinite(other) && render(video, snapshot, other, false).etag !== span.etag)
          t.fail(`${ms}: ${other - NOW}`);
    }
  t.same(steadySpan(videoSnapshot({ status: "READY" }), false, NOW), { from: -Infinity, until: Infinity });
  t.equal(steadySpan(working(3), true, null).from, -Infinity);
});
