import { execFileSync } from "node:child_process";
import { chmod, writeFile } from "node:fs/promises";
import { join } from "node:path";

/**
 * A tool that never comes to its end where its arguments hold `word`, and is the real one otherwise: steps that take a
 * moment can so be met in the middle. Its path lies in `dir`, so that its processes are found there.
 */
export async function stuckTool(tool: string, dir: string, word: string): Promise<string> {
  const path = join(dir, `stuck${word.replaceAll(/[^a-z]/g, "")}`);
  // Nobody ever writes into it.
  execFileSync("mkfifo", [`${path}.fifo`]);
  await writeFile(path, `#!/bin/sh\ncase "$*" in *${word}*) read -r _ < "$0.fifo";; esac\nexec ${tool} "$@"\n`);
  await chmod(path, 0o755);
  return path;
}
