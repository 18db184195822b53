import { setTimeout as pause } from "node:timers/promises";
import { film } from "../films.ts";
import { type Evidence, gather } from "./evidence.ts";
import { type Done, inflict } from "./inflict.ts";
import { poisoned, type Violation } from "./invariants.ts";
import { type Fault, makePlan, type Plan, type PlanOptions, type Upload } from "./plan.ts";
import { dispatches, recoveries, type Spread, spread, tokensOf } from "./recovery.ts";
import type { Scene } from "./scene.ts";
import { untilNothingIsWrong, untilWorkIsDone } from "./settle.ts";
import { type Confirmed, teach } from "./teacher.ts";

export interface Outcome {
  readonly done: readonly Done[];
  readonly confirmed: readonly Confirmed[];
  /** Uploads that were never confirmed, and why. */
  readonly refused: readonly string[];
  readonly wrong: readonly Violation[];
  readonly poisoned: readonly number[];
  readonly attempts: number;
  readonly recovery: Spread;
  readonly dispatch: Spread;
  readonly settleSeconds: number;
}

/** However long the faults last, a teacher gets through within this time after the last of them. */
const PATIENCE_MS = 5 * 60_000;

/** Lets a plan happen to the system, lets the system settle, and looks at what is left. */
export async function runPlan(scene: Scene, options: PlanOptions, say: (line: string) => void): Promise<Outcome> {
  const plan = makePlan(options);
  const bytes = await film(1, "160x90");
  const beganAt = Date.now();
  const until = (atMs: number) => pause(Math.max(0, beganAt + atMs - Date.now()));
  const tooLong = AbortSignal.timeout(options.minutes * 60_000 + PATIENCE_MS);
  const refused: string[] = [];

  const upload = async (planned: Upload): Promise<Confirmed[]> => {
    await until(planned.atMs);
    const teacher = scene.teachers[planned.tenant];
    if (teacher === undefined) throw new Error(`There is no tenant ${planned.tenant}.`);
    try {
      return [await teach(teacher, bytes, planned, tooLong)];
    } catch (error) {
      refused.push(String(error));
      return [];
    }
  };
  const [done, confirmed] = await Promise.all([
    inflictAll(scene, plan, until, (fault) => {
      say(
        `${String(Math.round(fault.atMs / 100) / 10).padStart(7)} s  ${fault.kind} ${fault.target}  ${fault.holdMs} ms`,
      );
    }),
    Promise.all(plan.uploads.map(upload)),
  ]);

  const settlingAt = Date.now();
  say(
    `the faults are over: ${done.length} of ${plan.faults.length} found their target; waiting for the work to be done`,
  );
  const settled = await untilWorkIsDone(scene);
  const settleSeconds = Math.round((Date.now() - settlingAt) / 1000);
  if (!settled) say("nothing has changed for two minutes, and the work is not done");
  const { evidence, wrong } = await untilNothingIsWrong(scene, confirmed.flat());
  const dispatch = spread(await dispatches(scene));
  await scene.system.stopServices();
  return {
    done,
    confirmed: confirmed.flat(),
    refused,
    wrong: [...wrong, ...(await leftByServices(scene, wrong))],
    poisoned: poisoned(evidence),
    attempts: runsIn(evidence),
    recovery: spread(recoveries(evidence.history, done, tokensOf(scene))),
    dispatch,
    settleSeconds,
  };
}

/** One fault at a time for each target: what comes while another lasts waits for it. */
async function inflictAll(
  scene: Scene,
  { faults }: Plan,
  until: (atMs: number) => Promise<void>,
  note: (fault: Fault) => void,
): Promise<Done[]> {
  const done: Done[] = [];
  const busy = new Map<string, Promise<void>>();
  for (const fault of faults) {
    const before = busy.get(fault.target) ?? Promise.resolve();
    const after = Promise.all([until(fault.atMs), before]).then(async () => {
      note(fault);
      const result = await inflict(scene, fault);
      if (result !== null) done.push(result);
    });
    busy.set(fault.target, after);
  }
  await Promise.all(busy.values());
  return done;
}

/** What services that were told to end leave in the scratch, beyond what was found while they ran. */
async function leftByServices(scene: Scene, before: readonly Violation[]): Promise<Violation[]> {
  const { scratch, programs } = await gather(scene);
  const known = new Set(before.map(({ what }) => what));
  return [...scratch, ...programs.map((pid) => `process ${pid}`)]
    .filter((what) => !known.has(what))
    .map((what) => ({ promise: "left_over", what, why: "is there after the services have ended" }));
}

function runsIn({ history }: Evidence): number {
  return new Set(history.flatMap(({ runToken }) => runToken ?? [])).size;
}
