import { setTimeout as pause } from "node:timers/promises";

const LOOK_MS = 50;
/** Longer than anything takes that these tests wait for, so that a test which waits in vain says for what. */
const LIMIT_MS = 90_000;

/** Asks again and again until the answer is accepted, and gives it. @throws with the last answer where that takes too long */
export async function until<T>(ask: () => T | Promise<T>, accept: (answer: T) => boolean): Promise<T> {
  const deadline = performance.now() + LIMIT_MS;
  for (;;) {
    const answer = await ask();
    if (accept(answer)) return answer;
    if (performance.now() > deadline) throw new Error(`Waited in vain; the last answer: ${JSON.stringify(answer)}`);
    await pause(LOOK_MS);
  }
}
