import { setInterval } from "node:timers/promises";
import { randomTenant, startTestSystem } from "@lectern/local-stack";
import { signIn } from "../../client.ts";
import { type BenchReport, rounded } from "../report.ts";
import { startSelectServer } from "./select-server.ts";
import { between, type Calls, countStatements, selectsOf, total } from "./statements.ts";
import { putUnderWay, type UnderWay } from "./under-way.ts";

const JOBS = 5;
const SECONDS = 60;
/** A little longer, so that every timer of the services goes off at least as often as in the minutes with polls. */
const IDLE_SECONDS = 70;

/** Asks for one video; throws where the answer is not that of work under way. */
type Poll = (id: number) => Promise<void>;

/** What was measured while each job was polled once a second, or not at all. */
interface Minute {
  readonly polls: number;
  readonly meanMs: number;
  readonly calls: Calls;
}

/**
 * Statements that the database runs while 5 jobs are under way and each is polled once a second, for a minute; before
 * it, the same without polls, for what the services' own timers run; after it, the same minute with a plain SELECT by id
 * in the place of our poll.
 */
export async function run(): Promise<BenchReport> {
  const system = await startTestSystem({ only: ["upload-service", "progress-service"] });
  const counter = await countStatements(system.databaseUrl);
  const client = await signIn(system, randomTenant());
  const plain = await startSelectServer(system.databaseUrl);
  const work = await putUnderWay(system, client, JOBS);

  async function measure(seconds: number, poll: Poll | null): Promise<Minute> {
    const before = await counter.read();
    const { polls, tookMs } = await pollEachSecond(work, seconds, poll);
    return { polls, meanMs: tookMs / polls, calls: between(before, await counter.read()) };
  }
  const ofProgress: Poll = async (id) => {
    const { status, body } = await client.videoProgress(id);
    if (status !== 200 || body.status !== "PROCESSING") throw new Error(`${status} ${body.status}`);
  };
  const ofRow: Poll = async (id) => {
    const answer = await fetch(`${plain.url}/${client.tenant}/${id}`);
    const { status } = (await answer.json()) as { status: string };
    if (status !== "PROCESSING") throw new Error(`${answer.status} ${status}`);
  };

  try {
    const idle = await measure(IDLE_SECONDS, null);
    const polled = await measure(SECONDS, ofProgress);
    return report({ idle, polled, plain: await measure(SECONDS, ofRow) });
  } finally {
    await Promise.all([work.close(), plain.close(), counter.close()]);
    await system.stop();
  }
}

async function pollEachSecond(
  work: UnderWay,
  seconds: number,
  poll: Poll | null,
): Promise<{ polls: number; tookMs: number }> {
  let [second, polls, tookMs] = [0, 0, 0];
  for await (const _ of setInterval(1_000)) {
    await work.report((second / seconds) * 99);
    for (const id of poll === null ? [] : work.ids) {
      const began = performance.now();
      await poll?.(id);
      tookMs += performance.now() - began;
      polls += 1;
    }
    second += 1;
    if (second === seconds) break;
  }
  return { polls, tookMs };
}

/** SELECTs beyond those that ran without polls, statement by statement. */
function selectsCaused(minute: Minute, idle: Minute): number {
  return total(between(selectsOf(idle.calls), selectsOf(minute.calls)));
}

function report(minutes: { idle: Minute; polled: Minute; plain: Minute }): BenchReport {
  const { idle, polled, plain } = minutes;
  const row = (name: string, minute: Minute): string[] => [
    name,
    String(minute.polls),
    String(selectsCaused(minute, idle)),
    String(total(selectsOf(minute.calls))),
    String(total(minute.calls)),
    minute.polls === 0 ? "" : minute.meanMs.toFixed(1),
  ];
  return {
    table: {
      columns: [
        `${SECONDS} s, ${JOBS} jobs under way`,
        "polls",
        "SELECTs by polls",
        "SELECTs",
        "statements",
        "mean ms",
      ],
      rows: [
        row(`no polls, ${IDLE_SECONDS} s`, idle),
        row(`progress-service, ${SECONDS} s`, polled),
        row(`SELECT by id, ${SECONDS} s`, plain),
      ],
    },
    figures: {
      bench: "polling-cost",
      selects: selectsCaused(polled, idle),
      polls: polled.polls,
      compared_selects: selectsCaused(plain, idle),
      all_selects: total(selectsOf(polled.calls)),
      idle_selects: total(selectsOf(idle.calls)),
      mean_ms: rounded(polled.meanMs, 2),
      compared_mean_ms: rounded(plain.meanMs, 2),
      jobs: JOBS,
      seconds: SECONDS,
    },
  };
}
