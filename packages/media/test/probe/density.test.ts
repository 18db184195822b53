import { join } from "node:path";
import t from "tap";
import { readDensity } from "../../src/index.ts";
import { BitBins } from "../../src/probe/density.ts";
import { ffmpeg, lavfi, never, QUICK, tools } from "../support/tools.ts";

const request = (sourcePath: string) => ({
  ...{ tools, sourcePath, streamIndex: 0, durationSeconds: 4, signal: never() },
});

t.test("a film that is still and then noise has its bits in the second half", async (t) => {
  const path = join(t.testdir(), "film.mkv");
  const noise = "noise=alls=60:allf=t:enable='gte(t,2)'";
  await ffmpeg(...lavfi(`color=gray:size=160x90:rate=25:duration=4,${noise}`), ...QUICK, "-bf", "0", path);
  const density = await readDensity(request(path));
  t.equal(density?.binSeconds, 1);
  t.equal(density?.bits.length, 4);
  const [first = 0, second = 0, third = 0, fourth = 0] = density?.bits ?? [];
  t.ok(first + second < (third + fourth) / 20);
  t.equal(density?.seconds, 3.96);
  const unknown = await readDensity({ ...request(path), durationSeconds: null });
  t.strictSame(unknown, density, "of which nobody said how long it is");
});

t.test("what cannot be read has none, and an abort is one", async (t) => {
  const path = join(t.testdir({ text: "no film" }), "text");
  t.equal(await readDensity(request(path)), null);
  const reason = new Error("over");
  await t.rejects(readDensity({ ...request(path), signal: AbortSignal.abort(reason) }), reason);
});

t.test("lines of any kind are counted or left out", async (t) => {
  const bins = new BitBins(2, 3);
  const lines = ["5.0,4.9,100", "N/A,6.9,1", "7.1,N/A,10", "3.0,3.0,1", "N/A,N/A,5", "", "x,y", "11.5,11,7", "99,99,9"];
  for (const line of lines) bins.take(line);
  t.strictSame(
    bins.density(),
    { binSeconds: 2, bits: [816, 80], seconds: 7.1 - 5 },
    "from the first packet on; what lies beyond the most is left out",
  );
  t.equal(new BitBins(1, 5).density(), null);
});
