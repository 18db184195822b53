import t from "tap";
import { progressLine, timeLeft } from "../../src/demo/watch.ts";

const state = {
  status: "PROCESSING",
  known: true,
  progress: 41.7,
  encoding_remaining_seconds: 65.2,
  encoding_step_index: 4,
  encoding_step_total: 7,
  encoding_step_name: "transcoding",
  hls_path: null,
  duration: null,
  error_reason: null,
  error_code: null,
};

t.test("step, percent, time left", async (t) => {
  t.equal(progressLine(state), "[##########--------------]  41 %  4/7 transcoding   about 1 min 5 s left");
  const waiting = {
    ...state,
    status: "UPLOADED",
    progress: 0,
    encoding_step_name: null,
    encoding_remaining_seconds: null,
  };
  t.equal(progressLine(waiting), `[${"-".repeat(24)}]   0 %  uploaded`);
  t.equal(progressLine({ ...waiting, status: "READY", progress: 100 }), `[${"#".repeat(24)}] 100 %  ready`);
});

t.test("a forecast is never less than a second, and nothing is said without one", async (t) => {
  t.equal(timeLeft(0), "about 1 s left");
  t.equal(timeLeft(59.6), "about 1 min 0 s left");
  t.equal(timeLeft(null), "");
});
