import { reasonFor } from "@lectern/contracts";
import type { Snapshot } from "@lectern/keys";
import t from "tap";
import { videoView } from "../src/video-view.ts";
import { ago, NOW, progressFields, VIDEO_ID, videoSnapshot } from "./support/snapshots.ts";

function view(fields: Partial<Snapshot>, english = false) {
  return videoView(VIDEO_ID, videoSnapshot(fields), { now: NOW, english });
}

const NOTHING = {
  generation: null,
  version: null,
  encoding_progress: null,
  encoding_remaining_seconds: null,
  remaining_low: null,
  remaining_high: null,
  queue_position: null,
  starts_in_seconds: null,
  encoding_step_index: null,
  encoding_step_total: null,
  encoding_step_name: null,
  encoding_step_percent: null,
  hls_path: null,
  duration: null,
  error_reason: null,
  error_code: null,
  updated_at: null,
  stalled: false,
};

t.test("nothing known", async (t) => {
  t.strictSame(view({ known: false }), {
    id: 7,
    status: "PENDING",
    known: false,
    progress: 0,
    next_poll_ms: 2000,
    ...NOTHING,
  });
});

t.test("under way: the total, the step, and the later of the two times", async (t) => {
  t.strictSame(
    view({ status: "PROCESSING", generation: 2, version: 5, updatedAt: ago(5), progress: progressFields() }),
    {
      ...NOTHING,
      id: 7,
      status: "PROCESSING",
      known: true,
      generation: 2,
      version: 5,
      progress: 42.5,
      encoding_progress: 42.5,
      encoding_remaining_seconds: 73,
      remaining_low: 70,
      remaining_high: 80,
      encoding_step_index: 4,
      encoding_step_total: 7,
      encoding_step_name: "transcoding",
      encoding_step_percent: 41,
      updated_at: ago(1),
      next_poll_ms: 1000,
    },
  );
  t.match(view({ status: "PROCESSING" }), { progress: 0, encoding_progress: 0, encoding_step_name: null });
});

t.test("before work progress is 0, whatever lies in the hash", async (t) => {
  t.match(view({ status: "UPLOADED", progress: progressFields() }), {
    progress: 0,
    encoding_progress: null,
    encoding_step_name: null,
  });
});

t.test("READY is 100 and says what plays; only READY does", async (t) => {
  const done = { hlsPath: "tenants/1/videos/7/g1/a1/master.m3u8", duration: 3600 };
  t.match(view({ status: "READY", ...done }), {
    progress: 100,
    encoding_progress: null,
    hls_path: done.hlsPath,
    duration: 3600,
    next_poll_ms: null,
  });
  t.match(view({ status: "PROCESSING", ...done }), { hls_path: null, duration: null });
  t.equal(view({ status: "READY", duration: 0.3 }).duration, 1, "at least one second");
  t.equal(view({ status: "READY", duration: 59.6 }).duration, 60);
});

t.test("FAILED keeps the last value and says why, in the language asked for", async (t) => {
  const failed = {
    status: "FAILED",
    lastPercent: 61,
    errorCode: "SOURCE_INCOMPLETE",
    errorReason: "왜",
    errorReasonEn: "why",
  };
  t.match(view(failed), { progress: 61, encoding_progress: null, error_code: "SOURCE_INCOMPLETE", error_reason: "왜" });
  t.equal(view(failed, true).error_reason, "why");
  t.equal(view({ ...failed, status: "PROCESSING" }).error_reason, null);
});

t.test("a FAILED whose writer left a sentence out: the code's, then the other language's, then none", async (t) => {
  const failed = { status: "FAILED", errorCode: "POISON" };
  t.equal(view(failed).error_reason, reasonFor("POISON").ko);
  t.equal(view(failed, true).error_reason, reasonFor("POISON").en);
  t.equal(view({ status: "FAILED", errorCode: "OTHER", errorReason: "왜" }, true).error_reason, "왜");
  t.equal(view({ status: "FAILED", errorCode: "toString" }).error_reason, null);
});
