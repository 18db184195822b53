import path from "node:path";
import { RefusedError } from "../demo/api.ts";
import { type DemoHost, findHost } from "../demo/host.ts";
import { describeLecture, type LectureFile } from "../demo/lecture-file.ts";
import { describePlaylist } from "../demo/overview.ts";
import { sampleLecture } from "../demo/sample.ts";
import { screenOn, watch } from "../demo/watch.ts";
import { readTools } from "../tools.ts";
import { onEnding, untilAborted } from "./ending.ts";

const say = (line: string) => console.log(line);

/** Everything but `--keep` is a file name, also what begins with a dash. */
function parseArguments(args: readonly string[]): { readonly file: string | null; readonly keep: boolean } {
  const names = args.filter((arg) => arg !== "--keep");
  if (names.length > 1) throw new Error(`Name one file, not ${names.length} (put quotes around a name with spaces).`);
  const [name] = names;
  return {
    file: name === undefined ? null : path.resolve(process.env.INIT_CWD ?? process.cwd(), name),
    keep: names.length < args.length,
  };
}

async function run(host: DemoHost, file: LectureFile, keep: boolean, signal: AbortSignal): Promise<void> {
  say(`Uploading ${file.filename} (${(file.sizeBytes / 1_000_000).toFixed(1)} MB, ${file.contentType})`);
  const { id, upload } = await host.api.create(file);
  await host.api.put(upload, file);
  await host.api.complete(id);
  say(`Video ${id} is uploaded. Encoding:`);
  const state = await watch(host.api, id, screenOn(process.stdout), signal);
  if (state.status === "FAILED") throw await host.api.failure(id);
  say(`READY: ${state.duration} s`);
  if (host.publicReadUrl === null) {
    say(`Master playlist in the store: ${state.hls_path}`);
    return;
  }
  const url = `${host.publicReadUrl}${state.hls_path}`;
  for (const line of await describePlaylist(url)) say(line);
  say(`Play: ${url}`);
  if (!host.temporary) return;
  if (!keep) {
    say(
      "The store ends with this command: for a player, use npm run demo -- --keep, or npm run dev in another terminal.",
    );
    return;
  }
  say("Serving it until Ctrl-C.");
  exitCodeWhenEnded = 0;
  await untilAborted(signal);
}

let exitCodeWhenEnded = 1;
// Until there is a host, what was started ends with this process, in whatever way it ends.
let end: () => void = () => process.exit(exitCodeWhenEnded);
const signal = onEnding(() => end());
try {
  const { file, keep } = parseArguments(process.argv.slice(2));
  const lecture = describeLecture(file ?? (await sampleLecture(readTools().ffmpeg)));
  const host = await findHost(say);
  end = () => void host.stop().then(() => process.exit(exitCodeWhenEnded));
  try {
    await run(host, lecture, keep, signal);
  } finally {
    await host.stop();
  }
} catch (error) {
  if (!signal.aborted) {
    const code = error instanceof RefusedError ? ` (${error.code})` : "";
    console.error(`Failed${code}: ${error instanceof Error ? error.message : String(error)}`);
  }
  process.exitCode = 1;
}
