import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";

/** A process of the benchmark's own that answers one question after the other. */
export interface Child<Question> {
  readonly pid: number;
  /** @throws when the process ends in its place */
  ask: <Answer>(question: Question) => Promise<Answer>;
  /** Whether it ended by itself. */
  died: () => boolean;
  end: (signal?: NodeJS.Signals) => Promise<void>;
}

/** Starts `file` and gives what it says first. */
export async function startChild<Question extends object, First>(
  file: string,
  settings: object,
): Promise<{ child: Child<Question>; first: First }> {
  const process = fork(new URL(file, import.meta.url), [JSON.stringify(settings)], { execArgv: ["--expose-gc"] });
  let ending = false;
  const gone = once(process, "exit");
  const ask = async <Answer>(question: Question): Promise<Answer> => {
    process.send(question);
    return await answer<Answer>(process, gone);
  };
  const first = await answer<First>(process, gone);
  const child: Child<Question> = {
    pid: process.pid ?? 0,
    ask,
    died: () => !ending && (process.exitCode !== null || process.signalCode !== null),
    end: async (signal = "SIGKILL") => {
      ending = true;
      process.kill(signal);
      await gone;
    },
  };
  return { child, first };
}

async function answer<T>(process: ChildProcess, gone: Promise<unknown[]>): Promise<T> {
  const ended = gone.then(([code, signal]) => {
    throw new Error(`a process of the benchmark ended: ${code ?? signal}`);
  });
  const [message] = (await Promise.race([once(process, "message"), ended])) as [T];
  return message;
}

/** Resident memory after what is not used any more was given back, bytes. */
export function residentBytes(): number {
  for (let turn = 0; turn < 3; turn += 1) globalThis.gc?.();
  return process.memoryUsage.rss();
}

/** The bench's processes end with it, however that ends. */
export function endWithParent(): void {
  process.on("disconnect", () => process.exit(0));
}
