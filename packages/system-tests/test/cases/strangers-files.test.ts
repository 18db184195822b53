import { execFileSync } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import t from "tap";
import { film } from "../../src/films.ts";
import { mayMount, openScene } from "./support/scene.ts";

const SECRET = "a secret of this machine";

const lecture = await film(1, "160x90");
const dir = await mkdtemp(path.join(tmpdir(), "lectern-strangers-"));
t.teardown(() => rm(dir, { recursive: true }));
const secretFile = path.join(dir, "secret.txt");
await writeFile(secretFile, SECRET);

const scene = await openScene(t, { only: ["upload-service", "progress-service"] });
const { teacher } = scene;
const isFinal = ({ status }: { readonly status: string }) => status === "READY" || status === "FAILED";

t.test("files that are instructions: none is followed, and each is refused", async (t) => {
  let requests = 0;
  const listener = createServer((_request, response) => {
    requests += 1;
    response.end(SECRET);
  }).listen(0, "127.0.0.1");
  t.teardown(() => {
    listener.close();
    listener.closeAllConnections();
  });
  await new Promise((resolve) => listener.once("listening", resolve));
  const url = `http://127.0.0.1:${(listener.address() as AddressInfo).port}/x.ts`;
  const worker = scene.startWorker();
  const files: Record<string, string> = {};
  for (const target of [url, secretFile]) {
    for (const name of [target, `file:${target}`, `concat:${target}`])
      files[`HLS to ${name}`] = `#EXTM3U\n#EXT-X-TARGETDURATION:9\n#EXTINF:9,\n${name}\n#EXT-X-ENDLIST\n`;
    files[`DASH to ${target}`] =
      `<?xml version="1.0"?><MPD xmlns="urn:mpeg:dash:schema:mpd:2011" type="static" mediaPresentationDuration="PT9S"><Period><AdaptationSet mimeType="video/mp4"><Representation id="1" bandwidth="1"><BaseURL>${target}</BaseURL></Representation></AdaptationSet></Period></MPD>`;
    files[`concat to ${target}`] = `ffconcat version 1.0\nfile '${target}'\nduration 9\n`;
    files[`SVG to ${target}`] =
      `<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" width="64" height="48"><image xlink:href="${target}" width="64" height="48"/></svg>`;
    files[`SDP to ${target}`] =
      `v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nc=IN IP4 127.0.0.1\nt=0 0\na=control:${target}\nm=video 9 RTP/AVP 96\n`;
  }
  for (const [name, text] of Object.entries(files)) {
    const id = await teacher.upload(Buffer.from(text));
    const answer = await teacher.complete(id);
    t.notMatch(JSON.stringify(answer.body), SECRET, name);
    if (answer.status === 422) {
      t.match(await scene.row(id), { status: "PENDING" }, name);
      continue;
    }
    t.equal(answer.status, 200, `${name}: what cannot be told at once, the worker says`);
    t.match(await scene.untilRow(id, isFinal), { status: "FAILED" }, name);
    const { body } = await teacher.job(`video-${id}-g1`);
    t.notMatch(JSON.stringify(body), SECRET, name);
  }
  t.equal(requests, 0, "nobody called");
  t.same(
    (await scene.store.keysBelow(`tenants/${teacher.tenant}/`)).filter((key) => !key.endsWith("/source")),
    [],
    "nothing was published",
  );
  await worker.stop();
});

t.test("a file of three thousand streams", async (t) => {
  const worker = scene.startWorker();
  const id = await teacher.upload(withStreams(lecture, 3_000));
  const { status } = await teacher.complete(id);
  if (status === 200) t.match(await scene.untilRow(id, isFinal), { status: "FAILED", error_code: "LIMITS_EXCEEDED" });
  else t.equal(status, 422);
  t.match(await scene.row(id), { crashes: 0, hls_path: null });
  await worker.stop();
});

t.test("a file cut short", async (t) => {
  const worker = scene.startWorker();
  const id = await teacher.upload(lecture.subarray(0, Math.floor(lecture.length * 0.6)));
  t.equal((await teacher.complete(id)).status, 200);
  t.match(await scene.untilRow(id, isFinal), { status: "FAILED", error_code: "SOURCE_INCOMPLETE", crashes: 0 });
  await worker.stop();
});

t.test(
  "a worker whose disk is full hands the job back, and one with room does it",
  { skip: mayMount() ? false : "a small disk is made by a mount, which is not allowed here" },
  async (t) => {
    const disk = path.join(dir, "disk");
    execFileSync("mkdir", [disk]);
    execFileSync("mount", ["-t", "tmpfs", "-o", "size=64k", "tmpfs", disk]);
    t.teardown(() => void execFileSync("umount", ["-l", disk]));
    const full = scene.startWorker({ SCRATCH_DIR: disk });
    const long = await film(4, "640x360");
    t.ok(long.length > 64 * 1024);
    const id = await teacher.upload(long);
    t.equal((await teacher.complete(id)).status, 200);
    await full.logged(/"why":"disk full"/);
    await full.logged(/"outcome":"handed-back"/);
    t.match(await scene.row(id), { status: "PROCESSING", crashes: 0, error_code: null }, "the file is not at fault");
    await full.stop();
    scene.startWorker();
    t.match(await scene.untilRow(id, isFinal), { status: "READY", generation: 1, crashes: 0 });
  },
);

/** The film with its first track said again and again; its index, which comes first, grows accordingly. */
function withStreams(mp4: Buffer, count: number): Buffer {
  const box = (type: string, from: number) => {
    const start = mp4.indexOf(type, from) - 4;
    return { start, end: start + mp4.readUInt32BE(start) };
  };
  const moov = box("moov", 0);
  const track = box("trak", moov.start);
  const more = Buffer.alloc((track.end - track.start) * (count - 1), mp4.subarray(track.start, track.end));
  const whole = Buffer.concat([mp4.subarray(0, track.end), more, mp4.subarray(track.end)]);
  whole.writeUInt32BE(moov.end - moov.start + more.length, moov.start);
  return whole;
}
