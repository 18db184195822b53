import { seeded } from "../faults/random.ts";
import { changes, leakedIds, logFaults, processFaults, readKept, strayRows } from "./after.ts";
import type { Answer } from "./answer.ts";
import type { FuzzOptions } from "./arguments.ts";
import { type Call, makeCall } from "./calls.ts";
import { checkAnswer, difference, type Finding, type Sighting } from "./check.ts";
import { type Api, type Route, routesOf } from "./routes.ts";
import type { Scene } from "./scene.ts";
import { Wire } from "./wire.ts";

export interface Outcome {
  readonly calls: number;
  readonly findings: readonly Finding[];
  /** How often each status (0: no answer) came, by route. */
  readonly statuses: ReadonlyMap<string, ReadonlyMap<number, number>>;
  /** Milliseconds of the answers for the other academy's ids, and for the same with ids that never existed. */
  readonly times: { readonly foreign: readonly number[]; readonly missing: readonly number[] };
  readonly seconds: number;
}

const AT_ONCE = 32;
/** Calls in one go on one connection, now and then. */
const MOST_PIPELINED = 4;

/** Lets the calls of a seed happen, then looks at what they left. */
export async function fuzz(scene: Scene, { seed, calls }: FuzzOptions): Promise<Outcome> {
  const { system } = scene;
  const routes = await routesOf(system);
  const processes = system.processes();
  const before = await readKept(scene);
  const run = new Run(scene, routes, { seed, calls });
  const beganAt = performance.now();
  await Promise.all(Array.from({ length: AT_ONCE }, () => run.caller()));
  const seconds = (performance.now() - beganAt) / 1000;
  const findings = [
    ...run.findings,
    ...(await leakedIds(scene, run.sightings)),
    ...(await strayRows(scene)),
    ...changes(before, await readKept(scene)),
    ...logFaults(scene),
    ...processFaults(scene, processes),
  ];
  return { calls: run.sent, findings, statuses: run.statuses, times: run.times, seconds };
}

class Run {
  readonly findings: Finding[] = [];
  readonly sightings: Sighting[] = [];
  readonly statuses = new Map<string, Map<number, number>>();
  readonly times = { foreign: [] as number[], missing: [] as number[] };
  sent = 0;
  #next = 0;
  readonly #scene: Scene;
  readonly #routes: readonly [Route, ...Route[]];
  readonly #options: FuzzOptions;

  constructor(scene: Scene, routes: readonly [Route, ...Route[]], options: FuzzOptions) {
    this.#scene = scene;
    this.#routes = routes;
    this.#options = options;
  }

  /** One of those who call at once. */
  async caller(): Promise<void> {
    const { upload, progress, internal } = this.#scene.system.urls;
    const wire = (url: string) => new Wire(Number(new URL(url).port));
    const wires: Record<Api, Wire> = { upload: wire(upload), progress: wire(progress), internal: wire(internal) };
    while (this.sent < this.#options.calls) {
      const call = this.#make();
      if (call.malformed) await this.#malformed(wires[call.api], call);
      else if (call.twin !== null) await this.#pair(wires[call.api], call, call.twin);
      else await this.#together(wires[call.api], this.#pipelined(call));
    }
    for (const each of Object.values(wires)) each.close();
  }

  /** The call of a place is the same for the same seed, but for the ids that videos have in this run. */
  #make(): Call {
    const index = this.#next++;
    const random = seeded((Math.imul(this.#options.seed, 0x9e3779b1) ^ Math.imul(index, 0x85ebca6b)) >>> 0);
    return makeCall(random, index, this.#routes, this.#scene.world);
  }

  /** Now and then several at once, of both academies, on one connection: each must get its own answer. */
  #pipelined(first: Call): Call[] {
    const calls = [first];
    if (first.index % 40 !== 0 || !canBeFollowed(first)) return calls;
    for (let tries = 0; calls.length < MOST_PIPELINED && tries < 40; tries += 1) {
      const call = this.#make();
      if (call.api === first.api && !call.malformed && canBeFollowed(call)) calls.push(call);
    }
    return calls;
  }

  async #together(wire: Wire, calls: readonly Call[]): Promise<void> {
    this.sent += calls.length;
    const bytes = Buffer.concat(calls.map((call) => call.bytes));
    const { answers, silent } = await wire.exchange(
      bytes,
      calls.map(({ method }) => method),
    );
    for (const [place, call] of calls.entries()) {
      const answer = answers[place];
      // A connection that was ended by the answer before takes the calls behind it along.
      const cut = answers[place - 1]?.last === true || (place > 0 && answers[place - 1] === undefined);
      if (answer !== undefined) this.#take(call, answer);
      else if (!cut) this.#unanswered(call, silent, calls.length);
    }
  }

  async #pair(wire: Wire, call: Call, twin: readonly [string, string]): Promise<void> {
    const other = Buffer.from(call.bytes.toString("latin1").replaceAll(...twin), "latin1");
    const timed = async (bytes: Buffer): Promise<{ answer: Answer | undefined; silent: boolean; ms: number }> => {
      this.sent += 1;
      const beganAt = performance.now();
      const { answers, silent } = await wire.exchange(bytes, [call.method]);
      return { answer: answers[0], silent, ms: performance.now() - beganAt };
    };
    // In turns, so that neither is always the one that finds the connection warm.
    const foreignFirst = call.index % 2 === 0;
    const first = await timed(foreignFirst ? call.bytes : other);
    const second = await timed(foreignFirst ? other : call.bytes);
    const [foreign, missing] = foreignFirst ? [first, second] : [second, first];
    if (foreign.answer === undefined || missing.answer === undefined)
      return this.#unanswered(call, foreign.silent || missing.silent);
    this.times.foreign.push(foreign.ms);
    this.times.missing.push(missing.ms);
    this.#take(call, foreign.answer);
    this.#take({ ...call, bytes: other }, missing.answer);
    const what = difference(foreign.answer, missing.answer, twin);
    if (what !== null) this.findings.push({ kind: "leak", what: `another's id: ${what}`, call });
  }

  async #malformed(wire: Wire, call: Call): Promise<void> {
    this.sent += 1;
    const { answers, silent } = await wire.exchange(call.bytes, [], true);
    if (silent) this.#unanswered(call, silent);
    else if (answers.length === 0) this.#count(call.label, 0);
    for (const answer of answers) this.#take(call, answer);
  }

  #take(call: Call, answer: Answer): void {
    this.#count(call.label, answer.status);
    const { findings, sightings } = checkAnswer(call, answer, this.#scene.world);
    this.findings.push(...findings);
    this.sightings.push(...sightings);
    if (answer.status === 201 && call.viewer !== null) this.#learn(call.viewer, answer.body);
  }

  /** Videos that were made by a call are played with from then on. */
  #learn(tenant: number, body: string): void {
    const { id, items } = JSON.parse(body) as { id?: number; items?: { id: number }[] };
    const play = this.#scene.world.academies.find((academy) => academy.tenant === tenant)?.play;
    for (const made of id === undefined ? (items ?? []) : [{ id }]) play?.push(made.id);
  }

  #unanswered(call: Call, silent: boolean, together = 1): void {
    this.#count(call.label, 0);
    if (call.huge) return;
    const head = JSON.stringify(call.bytes.toString("latin1").slice(0, 300));
    this.findings.push({
      kind: "violation",
      what: `${silent ? "silence after" : "an end after"} ${head}${together > 1 ? `, one of ${together} at once` : ""}`,
      call,
    });
  }

  #count(label: string, status: number): void {
    const counts = this.statuses.get(label) ?? new Map<number, number>();
    counts.set(status, (counts.get(status) ?? 0) + 1);
    this.statuses.set(label, counts);
  }
}

/** Behind a request whose answer ends the connection, or one that is not read to its end, nothing more is read. */
function canBeFollowed({ bytes, huge }: Call): boolean {
  return !huge && !/^(upgrade|connection): /m.test(bytes.toString("latin1"));
}
