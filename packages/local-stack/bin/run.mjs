// The one door to every command: sets this machine up, then runs the command with the project's own Node.js.
// Plain JavaScript without dependencies, because it runs before anything is installed, on any Node.js from 20.
import path from "node:path";
import { ROOT } from "../setup/paths.mjs";
import { SetupError } from "../setup/report.mjs";
import { runEntry } from "../setup/run-entry.mjs";
import { setUp } from "../setup/setup.mjs";

const SERVERS = { servers: true, tests: false };
const COMMANDS = {
  setup: { entry: null, needs: SERVERS },
  demo: { entry: "packages/local-stack/src/commands/demo.ts", needs: SERVERS },
  dev: { entry: "packages/local-stack/src/commands/dev.ts", needs: SERVERS },
  test: { entry: "packages/local-stack/src/commands/test.ts", needs: { servers: true, tests: true } },
  token: { entry: "packages/local-stack/src/commands/token.ts", needs: { servers: false, tests: false } },
  bench: { entry: "packages/system-tests/src/bench.ts", needs: SERVERS },
  samples: { entry: "packages/system-tests/src/samples.ts", needs: SERVERS },
  fuzz: { entry: "packages/system-tests/src/fuzz.ts", needs: SERVERS },
  faults: { entry: "packages/system-tests/src/faults.ts", needs: SERVERS },
  client: { entry: "packages/client/scripts/build.ts", needs: { servers: false, tests: false } },
  console: { entry: "packages/console/build.ts", needs: { servers: false, tests: false } },
  openapi: { entry: "packages/system-tests/src/openapi.ts", needs: SERVERS },
};

const [name = "", ...args] = process.argv.slice(2);
const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
if (command === undefined) {
  process.stderr.write(`There is no command "${name}". Use one of: ${Object.keys(COMMANDS).join(", ")}.\n`);
  process.exit(1);
}
if (process.platform === "win32") {
  process.stderr.write("Windows is not supported directly: use WSL.\n");
  process.exit(1);
}

try {
  const { node } = await setUp(command.needs);
  if (command.entry !== null) process.exitCode = await runEntry(node, path.join(ROOT, command.entry), args);
} catch (error) {
  process.stderr.write(error instanceof SetupError ? `set-up: ${error.message}\n` : `${error.stack}\n`);
  process.exitCode = 1;
}
