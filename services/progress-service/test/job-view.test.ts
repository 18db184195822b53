import type { Snapshot } from "@lectern/keys";
import t from "tap";
import { jobView } from "../src/job-view.ts";
import { ago, JOB_ID, jobSnapshot, NOW, progressFields } from "./support/snapshots.ts";

const view = (fields: Partial<Snapshot>) => jobView(JOB_ID, jobSnapshot(fields), NOW);
const REST = { step_index: null, step_total: null, step_name_display: null, step_percent: null };

t.test("nothing known", async (t) => {
  t.strictSame(jobView(JOB_ID, jobSnapshot({ known: false }), NOW), {
    job_id: "import-1",
    job_type: null,
    status: "UNKNOWN",
    known: false,
    generation: null,
    version: null,
    progress: null,
    result: null,
    result_omitted: false,
    error_message: null,
    updated_at: null,
    stalled: false,
    next_poll_ms: 2000,
  });
});

t.test("running", async (t) => {
  const progress = progressFields({ percent: 100, stepNameDisplay: "행 읽기", updatedAt: ago(20) });
  t.match(view({ status: "RUNNING", jobType: "import", generation: 1, version: 2, progress }), {
    job_type: "import",
    progress: { percent: 100, step_index: 4, step_total: 7, step_name_display: "행 읽기", step_percent: 41 },
    stalled: true,
    updated_at: ago(20),
    next_poll_ms: 1000,
  });
  t.equal(view({ status: "RUNNING" }).progress, null);
});

t.test("final: the result or the message, and the percent alone", async (t) => {
  const done = view({ status: "DONE", result: { rows: [1] }, errorMessage: "old" });
  t.match(done, { result: { rows: [1] }, error_message: null, next_poll_ms: null });
  t.strictSame(done.progress, { percent: 100, ...REST });
  t.equal(view({ status: "DONE", resultOmitted: true }).result_omitted, true);
  const failed = view({ status: "FAILED", errorMessage: "row 7", result: 1, resultOmitted: true, lastPercent: 12 });
  t.match(failed, { result: null, result_omitted: false, error_message: "row 7", next_poll_ms: null });
  t.strictSame(failed.progress, { percent: 12, ...REST });
});
