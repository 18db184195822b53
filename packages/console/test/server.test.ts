import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import t from "tap";
import { consoleServer } from "../server/app.ts";
import { readSettings } from "../server/settings.ts";

const SETTINGS = { UPLOAD_URL: "https://upload.example/", PROGRESS_URL: "https://progress.example" };

t.test("the files are served with a strict policy and the addresses of their place", async (t) => {
  const root = await mkdtemp(path.join(tmpdir(), "lectern-console-"));
  t.teardown(() => rm(root, { recursive: true }));
  await mkdir(path.join(root, "assets"));
  await writeFile(path.join(root, "index.html"), "<!doctype html>");
  await writeFile(path.join(root, "assets/a-1.js"), "1");
  await writeFile(path.join(root, "assets/a-1.js.gz"), "not really");
  const env = { ...SETTINGS, CONSOLE_ROOT: root, STORE_URLS: "https://store.example/bucket, https://cdn.example" };
  const app = await consoleServer(readSettings(env));
  t.teardown(() => app.close());

  const page = await app.inject("/");
  t.equal(page.statusCode, 200);
  t.equal(page.headers["cache-control"], "no-cache");
  const policy = String(page.headers["content-security-policy"]);
  t.notMatch(policy, /unsafe|\*/);
  t.match(policy, /script-src 'self';/);
  t.match(policy, /connect-src 'self' .*https:\/\/store\.example https:\/\/cdn\.example .*wss:\/\/progress\.example/);

  const config = await app.inject("/config.json");
  t.same(config.json(), { uploadUrl: "https://upload.example/", progressUrl: "https://progress.example" });
  t.equal(config.headers["cache-control"], "no-cache");

  const asset = await app.inject({ url: "/assets/a-1.js", headers: { "accept-encoding": "gzip" } });
  t.match(asset.headers["cache-control"], /immutable/);
  t.equal(asset.headers["content-encoding"], "gzip");
  t.equal((await app.inject("/nothing")).statusCode, 404);
});

t.test("settings that cannot be used are named", async (t) => {
  t.throws(() => readSettings({}), { message: /UPLOAD_URL/ });
  t.throws(() => readSettings({ ...SETTINGS, STORE_URLS: "store" }), { message: /STORE_URLS/ });
  t.throws(() => readSettings({ ...SETTINGS, PORT: "x" }), { message: /PORT/ });
  await t.rejects(consoleServer(readSettings({ ...SETTINGS, CONSOLE_ROOT: "/nowhere" })), { message: /\/nowhere/ });
});
