import path from "node:path";
import { FolderInUseError } from "../ledger.ts";
import { LOCAL } from "../paths.ts";
import { removeStackFile, STACK_FILE, writeStackFile } from "../stack-file.ts";
import { startSystem } from "../system.ts";
import { onEnding, untilAborted } from "./ending.ts";

const LOGS = path.join(LOCAL, "logs");
const say = (line: string) => console.log(line);

async function main(): Promise<void> {
  // Until everything answers there is nothing to end in order: what was started ends with this process.
  let end: () => void = () => process.exit(1);
  const signal = onEnding(() => end());
  say("Starting PostgreSQL, Redis, the object store and the services …");
  const system = await startSystem({
    dir: path.join(LOCAL, "dev"),
    logs: LOGS,
    persistent: true,
    say,
    onChange: (changed) => {
      if (!signal.aborted) writeStackFile(changed);
    },
  });
  // Goes also when this process is killed outright.
  system.stack.ledger.removeLater(STACK_FILE);
  writeStackFile(system);
  say(`upload    ${system.urls.upload}`);
  say(`internal  ${system.urls.internal}`);
  say(`progress  ${system.urls.progress}`);
  say(`Ready. Addresses and pids: ${STACK_FILE}; logs: ${LOGS}. Ctrl-C ends everything.`);
  end = () => {};
  await untilAborted(signal);
  say("Ending …");
  removeStackFile();
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
