import { execFile } from "node:child_process";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { gzipSync } from "node:zlib";
import t from "tap";
import { buildFile, buildModules } from "../scripts/build.ts";
import { WIRE_FILE, wireTypes } from "../scripts/wire-types.ts";

/** What the README states, with room for mending. */
const MOST_BYTES = 16_500;

const dir = await mkdtemp(path.join(tmpdir(), "lectern-client-"));
t.teardown(() => rm(dir, { recursive: true }));

t.test("the single file stays small", async (t) => {
  const bytes = gzipSync(await readFile(await buildFile(dir))).length;
  t.ok(bytes < MOST_BYTES, `${bytes} bytes gzipped`);
});

t.test("what is installed stands alone: no schema, no path into the workspace", async (t) => {
  const modules = path.join(dir, "modules");
  await buildModules(modules);
  const files = (await readdir(modules, { recursive: true })).filter((file) => /\.(js|d\.ts)$/.test(file));
  const imports = new Set<string>();
  for (const file of files) {
    const text = await readFile(path.join(modules, file), "utf8");
    for (const [, from = ""] of text.matchAll(/(?:from|import\() ?"([^"]+)"/g))
      if (!/^\.\.?\/.*\.(js|ts)$/.test(from)) imports.add(`${file}: ${from}`);
  }
  t.strictSame([...imports].toSorted(), ["react.d.ts: react", "react.js: react"]);
  const { stdout } = await promisify(execFile)(process.execPath, [
    "--input-type=module",
    "-e",
    `import { createClient } from ${JSON.stringify(path.join(modules, "index.js"))}; console.log(typeof createClient)`,
  ]);
  t.equal(stdout.trim(), "function");
});

t.test("the types of answers are those of the schemas (npm run types makes them anew)", async (t) => {
  const plain = (text: string) =>
    text
      .replace(/[\s;]/g, "")
      .replaceAll('"|', '"')
      .replace(/[|,()]/g, "");
  t.equal(plain(await readFile(WIRE_FILE, "utf8")), plain(wireTypes()));
});
