import type { Expectations } from "@lectern/forecast";
import { STEPS, type Step } from "@lectern/keys";
import t from "tap";
import { createForecaster, type Forecaster } from "../src/forecast.ts";

/** Seconds that the steps of a run really take. */
type Actual = Readonly<Record<Step, number>>;

const ACTUAL: Actual = {
  presigning: 0.05,
  downloading: 3,
  probing: 0.5,
  transcoding: 40,
  validating: 0.8,
  thumbnail: 0.4,
  uploading: 0.5,
};

function expecting(actual: Actual, factor: number, spread: number): Expectations {
  const entries = STEPS.map((step) => [step, { seconds: actual[step] * factor, spread }] as const);
  return Object.fromEntries(entries) as unknown as Expectations;
}

interface Seen {
  share: number;
  left: number;
  percent: number;
  remaining: { seconds: number; low: number; high: number };
}

/** A run on a clock of its own: news of the step twice a second, a look four times a second. */
function play(forecaster: Forecaster, actual: Actual, speed: (share: number) => number = (share) => share): Seen[] {
  const whole = STEPS.reduce((sum, step) => sum + actual[step], 0);
  const seen: Seen[] = [];
  let before = 0;
  for (const step of STEPS) {
    const lasts = actual[step];
    let stepPercent = 0;
    for (let tick = 0; tick * 0.25 <= lasts; tick += 1) {
      const stepSeconds = tick * 0.25;
      if (tick % 2 === 0) {
        stepPercent = 100 * speed(stepSeconds / lasts);
        forecaster.note(step, stepPercent, stepSeconds);
      }
      const runSeconds = before + stepSeconds;
      const { percent, remaining } = forecaster.at({ step, stepPercent, stepSeconds, runSeconds });
      if (remaining === null) throw new Error("no forecast");
      seen.push({ share: runSeconds / whole, left: whole - runSeconds, percent, remaining });
    }
    before += lasts;
  }
  return seen;
}

const furthest = (seen: readonly Seen[]) =>
  Math.max(...seen.map(({ percent, share }) => Math.abs(percent - 100 * share)));
const goesBack = (seen: readonly Seen[]) =>
  seen.some(({ percent }, index) => percent < (seen[index - 1]?.percent ?? 0));

t.test("with the right expectations percent is the share of time, and the time left comes true", async (t) => {
  const forecaster = createForecaster();
  forecaster.expect(expecting(ACTUAL, 1, 0.1));
  const seen = play(forecaster, ACTUAL);
  t.ok(furthest(seen) < 2, `at most ${furthest(seen)} points apart`);
  const off = seen.map(({ left, remaining }) => Math.abs(remaining.seconds - left));
  t.ok(Math.max(...off) < 1, `at most ${Math.max(...off)} s off`);
  t.ok(seen.every(({ left, remaining: { low, high } }) => low <= left && left <= high));
});

for (const factor of [0.5, 1.6]) {
  t.test(`expectations that are wrong by ${factor} give way to the measured speed`, async (t) => {
    const forecaster = createForecaster();
    forecaster.expect(expecting(ACTUAL, factor, 0.5));
    const seen = play(forecaster, ACTUAL);
    t.notOk(goesBack(seen));
    t.ok(furthest(seen) < 7, `at most ${furthest(seen)} points apart`);
    const later = seen.filter(({ share, left }) => share > 0.3 && left > 2);
    // What comes after the encode was not measured yet.
    const off = later.map(({ left, remaining }) => (Math.abs(remaining.seconds - left) - 1) / left);
    t.ok(Math.max(...off) < 0.15, `a second and at most ${Math.max(...off)} of what is left off`);
  });
}

t.test(
  "a machine that becomes half as fast in the middle is followed, and nothing goes back or stands still",
  async (t) => {
    const forecaster = createForecaster();
    forecaster.expect(expecting(ACTUAL, 0.75, 0.2));
    // Two thirds of the film in the first half of the time.
    const seen = play(forecaster, ACTUAL, (share) => (share < 0.5 ? (share * 4) / 3 : 2 / 3 + ((share - 0.5) * 2) / 3));
    t.notOk(goesBack(seen));
    t.ok(seen.every(({ percent }, index) => index === 0 || percent > (seen[index - 1]?.percent ?? 0)));
    const last = seen.filter(({ share, left }) => share > 0.8 && left > 2);
    t.ok(last.every(({ left, remaining }) => Math.abs(remaining.seconds - left) < 0.4 * left));
  },
);

t.test("a machine that is slow for some seconds overturns no expectation that is sure", async (t) => {
  const forecaster = createForecaster();
  forecaster.expect(expecting(ACTUAL, 1, 0.12));
  // Two thirds of the speed for a sixth of the time, and what is missing then in the rest.
  const slow = (share: number) => {
    if (share < 0.15) return share;
    return share < 0.32 ? 0.15 + (share - 0.15) * 0.65 : 0.2605 + ((share - 0.32) * 0.7395) / 0.68;
  };
  const seen = play(forecaster, ACTUAL, slow);
  t.ok(furthest(seen) < 4.5, `at most ${furthest(seen)} points apart`);
});

t.test("an end that is late does not stand at 99", async (t) => {
  const forecaster = createForecaster();
  forecaster.expect(expecting(ACTUAL, 1, 0.1));
  const seen = play(forecaster, { ...ACTUAL, uploading: 60 });
  const late = seen.filter(({ left }) => left < 50);
  t.notOk(goesBack(seen));
  t.ok(late.every(({ percent }) => percent < 99));
  t.ok(
    late.every(({ remaining }) => remaining.seconds > 0),
    "and says of no moment that it is over",
  );
});

t.test("a store that is slower than the encoder is in the forecast before the encode is over", async (t) => {
  // It takes a file a second, and the encoder makes two: half of them are left at the end.
  const slow = { ...ACTUAL, uploading: 43 };
  const backlogAt = (seconds: number) => ({ waiting: Math.floor(seconds), stored: Math.floor(seconds) });
  const forecaster = createForecaster();
  forecaster.expect(expecting(ACTUAL, 1, 0.1));
  const began = ACTUAL.presigning + ACTUAL.downloading + ACTUAL.probing;
  const whole = STEPS.reduce((sum, step) => sum + slow[step], 0);
  const looks = [10, 20, 30, 39].map((stepSeconds) => {
    const stepPercent = (100 * stepSeconds) / slow.transcoding;
    const moment = { step: "transcoding" as const, stepPercent, stepSeconds, runSeconds: began + stepSeconds };
    forecaster.note("transcoding", stepPercent, stepSeconds);
    const { remaining } = forecaster.at({ ...moment, backlog: backlogAt(stepSeconds) });
    const left = whole - moment.runSeconds;
    return Math.abs((remaining?.seconds ?? 0) - left) / left;
  });
  t.ok(Math.max(...looks) < 0.1, `off by ${looks.map((off) => off.toFixed(2)).join(", ")}`);
});

t.test("a store that keeps up, or has taken nothing yet, makes no forecast absurd", async (t) => {
  const at = (backlog: { waiting: number; stored: number }) => {
    const forecaster = createForecaster();
    forecaster.expect(expecting(ACTUAL, 1, 0.1));
    const moment = { step: "transcoding" as const, stepPercent: 0, stepSeconds: 10, runSeconds: 14 };
    return forecaster.at({ ...moment, backlog }).remaining?.seconds ?? 0;
  };
  const usual = at({ waiting: 0, stored: 40 });
  t.equal(usual, at({ waiting: 0, stored: 0 }));
  const away = at({ waiting: 500, stored: 0 });
  t.ok(away > usual && away < 5 * (usual + 14), `${away} s instead of ${usual} s`);
});

t.test("an encode that begins anew takes as long again, and the bar does not go back", async (t) => {
  const forecaster = createForecaster();
  forecaster.expect(expecting(ACTUAL, 0.7, 0.3));
  const seen: number[] = [];
  const began = ACTUAL.presigning + ACTUAL.downloading + ACTUAL.probing;
  const tail = ACTUAL.validating + ACTUAL.thumbnail + ACTUAL.uploading;
  for (const pass of [0, 1])
    for (let stepSeconds = 0; stepSeconds <= 40; stepSeconds += 0.5) {
      const stepPercent = (100 * stepSeconds) / 40;
      if (pass === 1 && stepSeconds === 0) forecaster.again("transcoding", 40);
      forecaster.note("transcoding", stepPercent, stepSeconds);
      const runSeconds = began + pass * 40 + stepSeconds;
      const { percent, remaining } = forecaster.at({ step: "transcoding", stepPercent, stepSeconds, runSeconds });
      t.ok(percent >= (seen.at(-1) ?? 0) && percent < 99);
      seen.push(percent);
      const left = 40 - stepSeconds + tail;
      if (pass === 1)
        t.ok(Math.abs((remaining?.seconds ?? 0) - left) < 0.1 * left + 0.5, `${remaining?.seconds} of ${left}`);
    }
});

t.test("the next attempt goes on from where the bar stands", async (t) => {
  const forecaster = createForecaster();
  forecaster.expect(expecting(ACTUAL, 1, 0.1));
  forecaster.resume(60);
  const seen = play(forecaster, ACTUAL);
  t.notOk(goesBack(seen));
  const off = seen.map(({ percent, share }) => Math.abs(percent - (60 + 40 * share)));
  t.ok(Math.max(...off) < 2, `at most ${Math.max(...off)} points from even`);
});

t.test("nothing known of the file, nothing said of the time", async (t) => {
  const told = createForecaster().at({ step: "presigning", stepPercent: 0, stepSeconds: 0, runSeconds: 0 });
  t.strictSame(told, { percent: 0, remaining: null });
});
