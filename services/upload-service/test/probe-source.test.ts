import { once } from "node:events";
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { testStack } from "@lectern/local-stack";
import type { ObjectStore } from "@lectern/object-store";
import t, { type Test } from "tap";
import { createSourceProber, type SourceVerdict } from "../src/videos/probe-source.ts";
import { tinyVideo } from "./support/media.ts";

const film = await tinyVideo();
const notes = Buffer.from("These are only my notes on the lecture.\n".repeat(5_000));

/** The verdict on an object that a store serves by `answer`. */
async function verdictOn(t: Test, answer: RequestListener): Promise<SourceVerdict["kind"]> {
  const { ffmpeg, ffprobe } = await testStack();
  const server = createServer(answer);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  t.teardown(() => {
    server.closeAllConnections();
    server.close();
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/object`;
  const store = { presignGet: () => Promise.resolve(url) } as Partial<ObjectStore> as ObjectStore;
  return (await createSourceProber({ ffmpeg, ffprobe }, store)("key", "etag")).kind;
}

const whole =
  (bytes: Buffer): RequestListener =>
  (_request, response) =>
    response.writeHead(200, { "content-length": bytes.length }).end(bytes);

/** Announces all of it and breaks off after the half. */
const half =
  (bytes: Buffer): RequestListener =>
  (_request, response) => {
    response.writeHead(200, { "content-length": bytes.length });
    response.write(bytes.subarray(0, bytes.length / 2), () => response.destroy());
  };

t.test("a film, and what is none", async (t) => {
  t.equal(await verdictOn(t, whole(film)), "media");
  t.equal(await verdictOn(t, whole(notes)), "not_media");
});

t.test("a store that fails while it is read proves nothing about the file", async (t) => {
  t.equal(await verdictOn(t, half(notes)), "unknown", "breaks off");
  t.equal(await verdictOn(t, (_request, response) => response.destroy()), "unknown", "hangs up");
  for (const status of [403, 412, 500, 503]) {
    const refusing: RequestListener = (_request, response) => response.writeHead(status).end("<Error/>");
    t.equal(await verdictOn(t, refusing), "unknown", String(status));
  }
});
