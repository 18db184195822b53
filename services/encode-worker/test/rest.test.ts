import { access, chmod, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createLogger } from "@lectern/service-kit";
import t from "tap";
import { findFault } from "../src/machine.ts";
import { createRest } from "../src/rest.ts";
import { createScratch } from "../src/scratch.ts";

const logger = createLogger({ service: "test", level: "silent" });

t.test("a pause ends once the machine is fit, and each one after a fault is longer", async (t) => {
  const marks: { what: string; at: number }[] = [];
  const announced: number[] = [];
  const mark = (what: string) => marks.push({ what, at: performance.now() });
  const faults = ["full", "full", null];
  let resumed = Promise.withResolvers<void>();
  const rest = createRest({
    pause: () => mark("pause"),
    resume: () => {
      mark("resume");
      resumed.resolve();
    },
    findFault: async () => {
      mark("look");
      return faults.shift() ?? null;
    },
    logger: Object.assign(createLogger({ service: "test", level: "silent" }), {
      warn: ({ pause_ms }: { pause_ms: number }) => announced.push(pause_ms),
    }),
    firstMs: 20,
  });
  rest.begin();
  rest.begin();
  t.ok(rest.active());
  await resumed.promise;
  t.notOk(rest.active());
  t.strictSame(
    marks.map(({ what }) => what),
    ["pause", "look", "look", "look", "resume"],
  );
  const pauses = () => marks.slice(1).map(({ at }, index) => at - (marks[index]?.at ?? 0));
  for (const [index, least] of [20, 40, 80].entries()) t.ok(Number(pauses()[index]) > least - 2, `${pauses()[index]}`);

  marks.length = 0;
  resumed = Promise.withResolvers();
  rest.begin();
  await resumed.promise;
  t.ok(Number(pauses()[0]) > 158, "the next fault belongs to the same trouble");

  marks.length = 0;
  resumed = Promise.withResolvers();
  rest.recovered();
  rest.begin();
  await resumed.promise;
  t.strictSame(announced, [20, 40, 80, 160, 20], "one after a run that got through does not");
});

t.test("a pause that is broken off takes nothing up again", async (t) => {
  const looking = Promise.withResolvers<void>();
  const answer = Promise.withResolvers<null>();
  const rest = createRest({
    pause: () => {},
    resume: () => t.fail("was resumed"),
    findFault: () => {
      looking.resolve();
      return answer.promise;
    },
    logger,
    firstMs: 1,
  });
  rest.begin();
  await looking.promise;
  let over = false;
  const stopped = rest.stop().then(() => {
    over = true;
  });
  t.notOk(rest.active());
  t.notOk(over, "whoever stops it can rely on the scratch being left alone");
  answer.resolve(null);
  await stopped;
});

t.test("what keeps a machine from working", async (t) => {
  const dir = t.testdir();
  const tool = join(dir, "tool");
  await writeFile(tool, "");
  await chmod(tool, 0o755);
  const scratch = createScratch(join(dir, "scratch"));
  t.equal(await findFault(scratch, { ffmpeg: tool, ffprobe: tool }), null);
  t.match(await findFault(scratch, { ffmpeg: tool, ffprobe: join(dir, "none") }), /ENOENT/);
  await writeFile(join(dir, "file"), "");
  t.match(await findFault(createScratch(join(dir, "file")), { ffmpeg: tool, ffprobe: tool }), /ENOTDIR|EEXIST/);
  await scratch.close();
  await t.rejects(access(join(dir, "scratch", "trial")), "nothing is left");
});
