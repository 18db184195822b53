import type { LearnedCost } from "@lectern/contracts";
import t from "tap";
import { expectationsOf } from "../src/experience.ts";
import { type DescribedFile, describeUnseen } from "../src/facts.ts";
import { builtInSeconds, machineOf, profileOf, workCurve } from "../src/model.ts";

const machine = { processors: 2, preset: "veryfast", concurrency: 1, loudness: true };
const unseen = (bytes: number): DescribedFile => describeUnseen(bytes, null, {});

t.test("what is not known yet is taken for a usual lecture of its size", async (t) => {
  for (const probe of [
    null,
    "",
    { version: 2 },
    { version: 1, video: [], audio: [] },
    { version: 1, video: [7], audio: [] },
  ])
    t.strictSame(describeUnseen(250_000 * 60, probe, {}), unseen(250_000 * 60));
  t.equal(unseen(250_000 * 60).facts.mediaSeconds, 60);
});

t.test("more pixels, bits or processors change the expectation as they should", async (t) => {
  const seconds = (file: DescribedFile, changes: object = {}) =>
    builtInSeconds(file, { ...machine, ...changes }).transcoding;
  const file = unseen(15_000_000);
  const noisy = { ...file, facts: { ...file.facts, bitsPerPixel: 2 } };
  t.ok(seconds(noisy) > 1.5 * seconds(file));
  t.ok(seconds(unseen(30_000_000)) > 1.8 * seconds(file));
  t.ok(seconds(file, { processors: 8 }) < 0.4 * seconds(file));
  t.ok(seconds(file, { preset: "medium" }) > 2 * seconds(file));
  for (const step of Object.values(builtInSeconds(unseen(0), machine))) t.ok(step > 0 && Number.isFinite(step));
});

t.test("slides go by faster than noise, and the share of the work says so", async (t) => {
  const file = unseen(250_000 * 20);
  const even = workCurve(file, machine);
  t.strictSame([0, 1].map(even), [0, 1]);
  t.ok(even(0.25) > 0.25 && even(0.25) < 0.27, `${even(0.25)}: a quarter, and what is in the encoder was read`);
  const bits = [...Array.from({ length: 10 }, () => 1_000), ...Array.from({ length: 10 }, () => 80_000_000)];
  const curve = workCurve({ ...file, density: { binSeconds: 1, bits, seconds: 20 } }, machine);
  t.ok(curve(0.5) < 0.25, `${curve(0.5)} of the work in the half that shows slides`);
  t.equal(curve(0), 0);
  t.equal(curve(1), 1);
  let before = 0;
  for (let share = 0; share <= 1; share += 0.01) {
    t.ok(curve(share) >= before);
    before = curve(share);
  }
  const short = workCurve({ ...file, density: { binSeconds: 1, bits: [5], seconds: 1 } }, machine);
  t.ok(short(0.5) > 0 && short(1) === 1, "a density of less than the film is taken as it is");
});

t.test("what is costly before the encoder runs ahead of what comes out of it", async (t) => {
  const file = unseen(250_000 * 20);
  const mapped = { ...file, facts: { ...file.facts, filteredMegapixels: 20 * 30 * 0.92 } };
  t.ok(workCurve(mapped, machine)(0.5) > workCurve(file, machine)(0.5) + 0.02);
  t.equal(workCurve(mapped, machine)(1), 1);
  const sound = { ...file, facts: { ...file.facts, ...{ pictures: 0, decodedMegapixels: 0, encodedMegapixels: 0 } } };
  t.ok(Math.abs(workCurve(sound, machine)(0.5) - 0.5) < 1e-9);
});

t.test("a poster that was made early costs nothing at the end, and teaches nothing of late ones", async (t) => {
  const [short, long] = [unseen(250_000 * 20), unseen(250_000 * 60)];
  t.strictSame([short.latePoster, long.latePoster], [true, false]);
  const late = { ...long, latePoster: true };
  t.ok(builtInSeconds(late, machine).thumbnail > 0.1);
  t.ok(builtInSeconds(long, machine).thumbnail < 0.01, "below what is learned from");
});

t.test("what runs took corrects the built-in figures, and their agreement narrows the doubt", async (t) => {
  const builtIn = builtInSeconds(unseen(15_000_000), machine);
  const learned = (kind: string, ratio: number, runs: number, spread = 0.1): LearnedCost => ({
    ...{ kind, ratio, runs, spread, step: "transcoding" },
  });
  const of = (costs: LearnedCost[]) => expectationsOf(builtIn, "h264/8/usual", costs).transcoding;
  const untaught = of([]);
  t.equal(untaught.seconds, builtIn.transcoding);
  const taught = of([learned("h264/8/usual", 2, 20), learned("*", 1.2, 60), learned("hevc/10/usual", 9, 5)]);
  t.ok(Math.abs(taught.seconds / builtIn.transcoding - 1.9) < 0.15);
  t.ok(taught.spread < 0.4 * untaught.spread);
  const chance = expectationsOf(builtIn, "h264/8/usual", [
    { ...learned("h264/8/usual", 4, 3), step: "thumbnail" },
    { ...learned("*", 1, 30), step: "thumbnail" },
  ]);
  t.ok(chance.thumbnail.seconds < 1.1 * builtIn.thumbnail, "a poster is no dearer for the sort of file");
  const stranger = of([learned("*", 2, 30)]);
  t.ok(stranger.seconds > 1.5 * builtIn.transcoding, "another kind's experience counts where there is no own");
});

t.test("a profile names a machine, and another model's names none", async (t) => {
  t.strictSame(machineOf(profileOf(machine)), machine);
  t.equal(machineOf(profileOf(machine).replace(/^m\d+/, "m0")), null);
  for (const other of ["", "p", "m/2p/1x/veryfast"]) t.equal(machineOf(other), null);
});
