import { nextBase, nextTurn, priorityOf, URGENT, urgentTurn } from "../../src/shares/arithmetic.ts";

export interface Arrival {
  tenant: number;
  cost: number;
  urgent: boolean;
  /** Comes when so many jobs more have begun since the one before came. */
  after: number;
}

export interface Beginning {
  job: Arrival;
  /** How many had begun when it came, and its distance from the clock then, in virtual seconds. */
  came: number;
  distance: number;
}

interface Waiting extends Beginning {
  start: number;
  finish: number;
  place: number;
}

/** The scheduler without database and queue: the jobs in the order in which they begin. How many slots there are makes no difference to it. */
export function simulate(arrivals: readonly Arrival[], weights: readonly number[]): Beginning[] {
  let clock = 0;
  let base = -100_000;
  let urgentUntil = -60;
  const lines = weights.map(() => 0);
  const waiting: Waiting[] = [];
  const begun: Beginning[] = [];

  function begin(): void {
    const next = waiting.reduce((first, each) => (each.place < first.place ? each : first));
    waiting.splice(waiting.indexOf(next), 1);
    begun.push(next);
    clock = Math.max(clock, next.start);
    const moved = nextBase(clock, base);
    if (moved === base) return;
    base = moved;
    for (const each of waiting) each.place = priorityOf(each.start, base);
  }

  for (const job of arrivals) {
    for (let more = job.after; more > 0 && waiting.length > 0; more -= 1) begin();
    const weight = weights[job.tenant] ?? 1;
    const turn = nextTurn(clock, lines[job.tenant] ?? 0, job.cost, weight);
    lines[job.tenant] = turn.finish;
    const urgent = urgentTurn(clock, urgentUntil, job.cost);
    if (job.urgent) urgentUntil = urgent.finish;
    const { start, finish } = job.urgent ? urgent : turn;
    waiting.push({ job, came: begun.length, distance: start - clock, start, finish, place: priorityOf(start, base) });
  }
  while (waiting.length > 0) begin();
  return begun;
}

/** Whether what began between a job's coming and its beginning is within the bound that the README states. */
export function isWithinBound(entry: Beginning, order: readonly Beginning[], weights: readonly number[]): boolean {
  const before = order.slice(entry.came, order.indexOf(entry));
  const reach = Math.max(entry.distance, 0) + 2;
  const within = (jobs: readonly Beginning[], most: number): boolean => {
    const costs = jobs.map(({ job }) => job.cost);
    return costs.reduce((sum, cost) => sum + cost, 0) <= most + Math.max(0, ...costs);
  };
  const urgent = before.filter(({ job }) => job.urgent);
  if (!within(urgent, URGENT.weight * (reach + URGENT.headStart))) return false;
  return weights.every((weight, tenant) => {
    const ofTenant = before.filter(({ job }) => !job.urgent && job.tenant === tenant);
    return within(ofTenant, weight * reach);
  });
}
