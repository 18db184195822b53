import { setInterval } from "node:timers/promises";
import { toldOtherwise } from "./asked.ts";
import { type Evidence, gather, queuedJobs, scratchOf } from "./evidence.ts";
import { type Violation, violations } from "./invariants.ts";
import type { Scene } from "./scene.ts";
import type { Confirmed } from "./teacher.ts";

const LOOK_MS = 500;
/** A system where nothing changes for this long is not going to settle: longer than every pause of the services. */
const STANDSTILL_MS = 120_000;
/** For what follows once the work is done: statuses, and sweeps that were made due. */
const AFTERMATH_MS = 60_000;
const DUE_SWEEP = "kind = 'sweep' AND delivered_at IS NULL AND lease_until <= now()";

/** Waits until all work is done, or nothing has changed for two minutes. False: it did not settle. */
export async function untilWorkIsDone(scene: Scene): Promise<boolean> {
  let [before, changedAt] = ["", Date.now()];
  for await (const _ of setInterval(LOOK_MS)) {
    const state = await stateOf(scene);
    if (state === null) return true;
    if (state !== before) [before, changedAt] = [state, Date.now()];
    if (Date.now() - changedAt > STANDSTILL_MS) return false;
  }
  return false;
}

/** What is under way, in words that change as it goes on; null where nothing is. */
async function stateOf(scene: Scene): Promise<string | null> {
  const { rows } = await scene.database.query<{ what: string }>(`
    SELECT concat_ws(' ', id, status, generation, attempt, run_token) AS what FROM videos
    WHERE status IN ('UPLOADED', 'PROCESSING')
    UNION ALL SELECT concat_ws(' ', 'outbox', id) FROM outbox WHERE delivered_at IS NULL AND kind <> 'sweep'
    UNION ALL SELECT concat_ws(' ', job_id, status) FROM jobs WHERE status IN ('PENDING', 'RUNNING') ORDER BY 1`);
  const busy = [...rows.map(({ what }) => what), ...(await queuedJobs(scene)), ...scratchOf(scene.system.scratchDir)];
  return busy.length === 0 ? null : busy.join("\n");
}

/**
 * Makes one sweep of each video due that would come in minutes or days, waits for them, and looks until nothing is wrong.
 * Gives what is still wrong after a minute.
 */
export async function untilNothingIsWrong(
  scene: Scene,
  confirmed: readonly Confirmed[],
): Promise<{ evidence: Evidence; wrong: readonly Violation[] }> {
  await scene.database.query(`
    UPDATE outbox SET lease_until = now() WHERE id IN (
      SELECT min(id) FROM outbox WHERE kind = 'sweep' AND delivered_at IS NULL GROUP BY video_id)`);
  await untilSwept(scene);
  const deadline = Date.now() + AFTERMATH_MS;
  for (;;) {
    const evidence = await gather(scene);
    const wrong = [...violations(evidence, confirmed), ...(await askedOf(scene, evidence))];
    if (wrong.length === 0 || Date.now() > deadline) return { evidence, wrong };
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
}

/** A service that is just being started again cannot be asked: the next look finds it. */
async function askedOf(scene: Scene, evidence: Evidence): Promise<Violation[]> {
  try {
    return await toldOtherwise(scene, evidence);
  } catch (error) {
    return [{ promise: "published_twice", what: "progress-service", why: `cannot be asked: ${String(error)}` }];
  }
}

/** Each sweep lists a video's objects: of thousands that takes minutes. */
async function untilSwept({ database }: Scene): Promise<void> {
  const left = async () => (await database.query<{ id: number }>(`SELECT id FROM outbox WHERE ${DUE_SWEEP}`)).rowCount;
  let [before, changedAt] = [await left(), Date.now()];
  for await (const _ of setInterval(LOOK_MS)) {
    const now = await left();
    if (now === 0 || Date.now() - changedAt > STANDSTILL_MS) return;
    if (now !== before) [before, changedAt] = [now, Date.now()];
  }
}
