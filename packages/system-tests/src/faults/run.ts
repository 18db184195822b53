import { setTimeout as pause } from "node:timers/promises";
import { dispatches, disturbance, lengthsOf, type Span, undisturbed } from "./dispatch.ts";
import { type Evidence, programsIn, scratchOf } from "./evidence.ts";
import { filmsFor } from "./films.ts";
import { type Done, inflict } from "./inflict.ts";
import { poisoned, type Violation } from "./invariants.ts";
import { type Fault, makePlan, type Plan, type PlanOptions, type Upload } from "./plan.ts";
import { tellProgress } from "./progress.ts";
import { recoveries, type Spread, spread, tokensOf } from "./recovery.ts";
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
  /** While no fault was on its way. */
  readonly dispatch: Spread;
  readonly dispatchOfAll: Spread;
  readonly settleSeconds: number;
}

/** However long the faults last, a teacher gets through within this time after the last of them. */
const PATIENCE_MS = 5 * 60_000;
/** So many teachers upload at once: enough to keep to the plan, and not more than one machine can look into. */
const AT_ONCE = 64;

/** Lets a plan happen to the system, lets the system settle, and looks at what is left. */
export async function runPlan(scene: Scene, options: PlanOptions, say: (line: string) => void): Promise<Outcome> {
  const plan = makePlan(options);
  const films = await filmsFor(plan);
  const beganAt = Date.now();
  const until = (atMs: number) => pause(Math.max(0, beganAt + atMs - Date.now()));
  const faultsEndAt = beganAt + options.minutes * 60_000;
  const confirmed: Confirmed[] = [];
  const refused: string[] = [];

  const upload = async (planned: Upload): Promise<void> => {
    await until(planned.atMs);
    const [teacher, bytes] = [scene.teachers[planned.tenant], films.get(planned.length)];
    if (teacher === undefined || bytes === undefined) throw new Error(`There is no tenant ${planned.tenant}.`);
    const tooLong = AbortSignal.timeout(Math.max(0, faultsEndAt - Date.now()) + PATIENCE_MS);
    try {
      confirmed.push(await teach(teacher, bytes, planned, tooLong));
    } catch (error) {
      refused.push(String(error));
    }
  };
  const planned = plan.uploads.values();
  const uploadInTurn = async (): Promise<void> => {
    for (const next of planned) await upload(next);
  };
  const stopTelling = tellProgress(scene, () => `${confirmed.length} of ${plan.uploads.length} confirmed`, say);
  const [{ done, disturbances }] = await Promise.all([
    inflictAll(scene, plan, until, (fault) => say(lineOf(fault))),
    Promise.all(Array.from({ length: AT_ONCE }, uploadInTurn)),
  ]);

  const settlingAt = Date.now();
  say(
    `the faults are over: ${done.length} of ${plan.faults.length} found their target; waiting for the work to be done`,
  );
  const settled = await untilWorkIsDone(scene);
  const settleSeconds = Math.round((Date.now() - settlingAt) / 1000);
  if (!settled) say("nothing has changed for two minutes, and the work is not done");
  stopTelling();
  const { evidence, wrong } = await untilNothingIsWrong(scene, confirmed);
  const spans = await dispatches(scene);
  await scene.system.stopServices();
  return {
    done,
    confirmed,
    refused,
    wrong: [...wrong, ...leftByServices(scene, wrong)],
    poisoned: poisoned(evidence),
    attempts: runsIn(evidence),
    recovery: spread(recoveries(evidence.history, done, tokensOf(scene))),
    dispatch: spread(lengthsOf(undisturbed(spans, disturbances))),
    dispatchOfAll: spread(lengthsOf(spans)),
    settleSeconds,
  };
}

/** One fault at a time for each target: what comes while another lasts waits for it. */
async function inflictAll(
  scene: Scene,
  { faults }: Plan,
  until: (atMs: number) => Promise<void>,
  note: (fault: Fault) => void,
): Promise<{ done: Done[]; disturbances: Span[] }> {
  const done: Done[] = [];
  const disturbances: Promise<Span | null>[] = [];
  const busy = new Map<string, Promise<void>>();
  for (const fault of faults) {
    const before = busy.get(fault.target) ?? Promise.resolve();
    const after = Promise.all([until(fault.atMs), before]).then(async () => {
      note(fault);
      const result = await inflict(scene, fault);
      if (result === null) return;
      done.push(result);
      disturbances.push(disturbance(scene, result));
    });
    busy.set(fault.target, after);
  }
  await Promise.all(busy.values());
  return { done, disturbances: (await Promise.all(disturbances)).filter((span) => span !== null) };
}

function lineOf({ atMs, kind, target, holdMs, delayMs }: Fault): string {
  const late = delayMs > 0 ? `, ${delayMs} ms late` : "";
  return `${(atMs / 1_000).toFixed(1).padStart(7)} s  ${kind} ${target}  ${holdMs} ms${late}`;
}

/** What services that were told to end leave in the scratch, beyond what was found while they ran. */
function leftByServices({ system }: Scene, before: readonly Violation[]): Violation[] {
  const [scratch, programs] = [scratchOf(system.scratchDir), programsIn(system.scratchDir)];
  const known = new Set(before.map(({ what }) => what));
  return [...scratch, ...programs.map((pid) => `process ${pid}`)]
    .filter((what) => !known.has(what))
    .map((what) => ({ promise: "left_over", what, why: "is there after the services have ended" }));
}

function runsIn({ history }: Evidence): number {
  return new Set(history.flatMap(({ runToken }) => runToken ?? [])).size;
}
