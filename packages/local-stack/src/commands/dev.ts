import path from "node:path";
import { startConsole } from "../console.ts";
import { FolderInUseError } from "../ledger.ts";
import { LOCAL } from "../paths.ts";
import { removeStackFile, STACK_FILE, writeStackFile } from "../stack-file.ts";
import { type System, startSystem } from "../system.ts";
import { onEnding, untilAborted } from "./ending.ts";

const LOGS = path.join(LOCAL, "logs");
const say = (line: string) => console.log(line);

/** The services are of use without their page: where it cannot be built, that is said, and nothing else fails. */
async function consoleOf({ urls, stack }: System) {
  try {
    return await startConsole({ urls, s3: stack.s3, ledger: stack.ledger, logs: LOGS, say });
  } catch (error) {
    say(error instanceof Error ? error.message : String(error));
    return null;
  }
}

async function main(): Promise<void> {
  // Until everything answers there is nothing to end in order: what was started ends with this process.
  let end: () => void = () => process.exit(1);
  const signal = onEnding(() => end());
  say("Starting PostgreSQL, Redis, the object store and the services …");
  let page: string | null = null;
  let isReady = false;
  const system = await startSystem({
    dir: path.join(LOCAL, "dev"),
    logs: LOGS,
    persistent: true,
    say,
    onChange: (changed) => {
      if (isReady && !signal.aborted) writeStackFile(changed, page);
    },
  });
  const teachers = await consoleOf(system);
  page = teachers?.url ?? null;
  isReady = true;
  // Goes also when this process is killed outright.
  system.stack.ledger.removeLater(STACK_FILE);
  writeStackFile(system, page);
  say(`upload    ${system.urls.upload}`);
  say(`internal  ${system.urls.internal}`);
  say(`progress  ${system.urls.progress}`);
  if (page !== null) say(`console   ${page}`);
  say(`Ready. Addresses and pids: ${STACK_FILE}; logs: ${LOGS}. Ctrl-C ends everything.`);
  end = () => {};
  await untilAborted(signal);
  say("Ending …");
  removeStackFile();
  await teachers?.stop();
  await system.stop();
}

try {
  await main();
} catch (error) {
  if (error instanceof FolderInUseError) {
    console.error(
      `The system is running already, as process ${error.pid}. End that one first (Ctrl-C, or kill ${error.pid}).`,
    );
  } else console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
