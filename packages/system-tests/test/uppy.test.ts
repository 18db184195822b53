import { fileURLToPath } from "node:url";
import { signDevToken, testStack } from "@lectern/local-stack";
import { build } from "esbuild";
import t from "tap";
import { film } from "../src/films.ts";
import { startBrowser } from "./support/browser.ts";
import { startSystem } from "./support/system.ts";

const PART = 5 * 1024 ** 2;
const SIZE = 2 * PART + 100_000;
const { chromium } = await testStack();

if (chromium === null) t.plan(0, "there is no Chromium on this machine, and the set-up could not install one");
else await uploads(chromium);

async function bundled(): Promise<string> {
  const entry = fileURLToPath(new URL("./support/uppy-page.js", import.meta.url));
  const { outputFiles } = await build({
    entryPoints: [entry],
    bundle: true,
    format: "iife",
    write: false,
    logLevel: "error",
  });
  return outputFiles[0]?.text ?? "";
}

async function uploads(executable: string): Promise<void> {
  const settings = { "upload-service": { DRAIN_DELAY_MS: "0", UPLOAD_PART_BYTES: String(PART) } };
  const [system, browser, bytes, script] = await Promise.all([
    startSystem(t, { only: ["upload-service"], settings }),
    startBrowser(t, executable),
    film(1),
    bundled(),
  ]);
  const { secrets, teacher, urls } = system;

  t.test("Uppy uploads in parts, goes on after a reload, and the upload is confirmed", async (t) => {
    const { id } = (await teacher.create({ size: SIZE })).body;
    const user = { audience: "media-api", subject: "teacher", tenantId: teacher.tenant, ttlSeconds: 600 } as const;
    const token = await signDevToken(secrets, user);
    const video = `${urls.upload}/api/v1/media/videos/${id}/`;
    const visit = (stopAfter?: number): Promise<number> => {
      const options = { video, token, bytes: bytes.toString("base64"), size: SIZE, stopAfter };
      return browser.evaluate<number>(`${script};uploadInParts(${JSON.stringify(options)})`);
    };
    await visit(1);
    const headers = { authorization: `Bearer ${token}` };
    const known = (await (await fetch(`${video}upload/multipart/parts`, { headers })).json()) as { parts: unknown[] };
    const sent = await visit();
    t.equal(known.parts.length, 1, "the part of the first visit was recorded");
    t.equal(sent, 2, "and only the others are sent in the second");
    t.match(await teacher.complete(id), {
      status: 200,
      body: { status: "UPLOADED", size_bytes: SIZE, source_etag: /-3$/ },
    });
  });
}
