import t from "tap";
import { LecternError, memoryStorage, type Upload, type UploadPhase, type UploadState } from "../../src/index.ts";
import { heldPart, watchedFetch } from "../support/faulty-fetch.ts";
import { lecture } from "../support/lecture.ts";
import { startClientSystem } from "../support/system.ts";

const [system, small, large] = await Promise.all([startClientSystem(t), lecture(0), lecture(11)]);
const fileOf = (bytes: Uint8Array, name = "lecture.mp4") =>
  new File([new Uint8Array(bytes)], name, { type: "video/mp4", lastModified: 1_700_000_000_000 });

/** Resolves with the first state of which it is true. */
function when(upload: Upload, isSo: (state: UploadState) => boolean): Promise<UploadState> {
  return new Promise((resolve) => {
    if (isSo(upload.state)) resolve(upload.state);
    const stop = upload.subscribe((state) => {
      if (!isSo(state)) return;
      stop();
      resolve(state);
    });
  });
}

function phasesOf(upload: Upload): UploadPhase[] {
  const phases: UploadPhase[] = [upload.state.phase];
  upload.subscribe(({ phase }) => phase !== phases.at(-1) && phases.push(phase));
  return phases;
}

async function failureOf(upload: Upload): Promise<LecternError> {
  try {
    await upload.done;
  } catch (error) {
    if (error instanceof LecternError) return error;
  }
  throw new Error("it did not fail");
}

const isComplete = ({ url }: { url: URL }) => url.pathname.endsWith("/upload/complete/");

t.test("a small file goes by one PUT, a large one in parts; nothing is left to remember", async (t) => {
  const storage = memoryStorage();
  const watched = watchedFetch();
  const client = system.client({ storage, fetch: watched.fetch });
  const one = client.upload(fileOf(small), { title: "First steps" });
  const phases = phasesOf(one);
  const first = await one.done;
  t.strictSame(phases, ["creating", "uploading", "completing", "done"]);
  t.match(first, { title: "First steps", filename: "lecture.mp4", status: "UPLOADED" });
  t.strictSame(watched.parts(), []);

  const two = client.upload(fileOf(large));
  let most = 0;
  two.subscribe(({ sentBytes }) => {
    most = Math.max(most, sentBytes);
  });
  const second = await two.done;
  t.equal(second.size_bytes, large.length);
  t.equal(most, large.length);
  t.strictSame(watched.parts(), [1, 2, 3]);
  t.strictSame(await storage.keys(), []);
  t.strictSame(client.uploads.list, [one, two]);
  client.uploads.clear();
  t.strictSame(client.uploads.list, []);
});

t.test("a line that breaks shows as offline, and the upload goes on by itself", async (t) => {
  const second = heldPart(2);
  const watched = watchedFetch(second.interfere);
  const client = system.client({ fetch: watched.fetch, parallel: 1 });
  const upload = client.upload(fileOf(large));
  await second.held;
  system.store.cut();
  second.release();
  const offline = await when(upload, ({ phase }) => phase === "offline");
  t.equal(offline.error?.code, "NETWORK");
  t.match(offline.error?.reason, /internet connection/);
  system.store.resume();
  await upload.done;
  t.equal(watched.parts().filter((number) => number === 1).length, 1, "what was there is not sent again");
});

t.test("paused, it sends nothing; resumed, only what is missing", async (t) => {
  const second = heldPart(2);
  const watched = watchedFetch(second.interfere);
  const client = system.client({ fetch: watched.fetch, parallel: 1 });
  const upload = client.upload(fileOf(large));
  await second.held;
  upload.pause();
  second.release();
  t.equal(upload.state.phase, "paused");
  const before = watched.parts().length;
  await client.videos.list();
  t.equal(watched.parts().length, before);
  upload.resume();
  await upload.done;
  t.equal(watched.parts().filter((number) => number === 1).length, 1);
});

t.test("an address that the store refuses is signed anew", async (t) => {
  let refused = 0;
  const { fetch, parts } = watchedFetch(({ method, url }) => {
    if (method !== "PUT" || url.searchParams.get("partNumber") !== "2" || refused > 0) return null;
    refused += 1;
    return new Response("<Error><Code>AccessDenied</Code></Error>", { status: 403 });
  });
  await system.client({ fetch }).upload(fileOf(large)).done;
  t.strictSame(parts(), [1, 2, 2, 3]);
});

t.test("complete is said until it is taken", async (t) => {
  t.test("while the service refuses for a time", async (t) => {
    let refusals = 0;
    const { fetch, seen } = watchedFetch((asked) => {
      if (!isComplete(asked) || refusals > 0) return null;
      refusals += 1;
      return new Response("{}", { status: 503, headers: { "retry-after": "1" } });
    });
    const upload = system.client({ fetch }).upload(fileOf(small));
    const waiting = await when(upload, ({ error }) => error !== null);
    t.match(waiting, { phase: "completing", error: { status: 503, retryAfterMs: 1_000 } });
    t.equal((await upload.done).status, "UPLOADED");
    t.equal(seen.filter(isComplete).length, 2);
  });

  t.test("also where it was taken and the answer was lost", async (t) => {
    let lost = 0;
    const { fetch } = watchedFetch((asked) => {
      if (!isComplete(asked) || lost > 0) return null;
      lost += 1;
      return "lose answer";
    });
    const { status } = await system.client({ fetch }).upload(fileOf(small)).done;
    t.ok(["UPLOADED", "PROCESSING", "READY"].includes(status), status);
  });

  t.test("and the file is sent again where the store does not have it", async (t) => {
    let swallowed = 0;
    const { fetch, seen } = watchedFetch(({ method }) => {
      if (method !== "PUT" || swallowed > 0) return null;
      swallowed += 1;
      return new Response(null, { status: 200, headers: { etag: '"x"' } });
    });
    t.equal((await system.client({ fetch }).upload(fileOf(small)).done).status, "UPLOADED");
    t.equal(seen.filter(({ method }) => method === "PUT").length, 2);
  });
});

t.test("what is no video fails with a sentence for the teacher, and leaves nothing", async (t) => {
  const storage = memoryStorage();
  const notes = new TextEncoder().encode("These are notes and no lecture. ".repeat(100));
  const english = system.client({ storage }).upload(fileOf(notes, "notes.mp4"));
  const error = await failureOf(english);
  t.match(error, { code: "SOURCE_UNREADABLE", status: 422, passing: false });
  t.match(error.reason, /not a video or audio file/);
  t.equal(english.state.phase, "failed");
  t.strictSame(await storage.keys(), []);
  const korean = system.client({ locale: "ko" });
  t.match((await failureOf(korean.upload(fileOf(notes, "notes.mp4")))).reason, /동영상이나 음성/);
  t.strictSame((await korean.videos.list({ q: "notes" })).items, []);
});

t.test("what is refused at once is refused in the teacher's words", async (t) => {
  const huge = fileOf(small);
  Object.defineProperty(huge, "size", { value: Number.MAX_SAFE_INTEGER });
  for (const [file, code, korean, english] of [
    [fileOf(new Uint8Array()), "FILE_EMPTY", /빈 파일/, /is empty/],
    [huge, "SOURCE_TOO_LARGE", /너무 큽니다/, /too large/],
  ] as const) {
    t.match(await failureOf(system.client({ locale: "ko" }).upload(file)), { code, reason: korean, passing: false });
    t.match(await failureOf(system.client().upload(file)), { code, reason: english });
  }
});

t.test("given up, nothing of it stays", async (t) => {
  const storage = memoryStorage();
  const second = heldPart(2);
  const { fetch } = watchedFetch(second.interfere);
  const client = system.client({ storage, fetch, parallel: 1 });
  const abort = new AbortController();
  const upload = client.upload(fileOf(large, "given-up.mp4"), { signal: abort.signal });
  const failure = failureOf(upload);
  await second.held;
  abort.abort();
  t.equal((await failure).code, "ABORTED");
  await upload.abort();
  t.equal(upload.state.phase, "aborted");
  t.strictSame(await storage.keys(), []);
});

t.test("paused, or given up, in the moment in which its video is created", async (t) => {
  const kept = memoryStorage();
  /** The next thing that is kept waits. */
  const hold = () => {
    const [asked, released] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    waiting = async () => {
      waiting = async () => {};
      asked.resolve();
      await released.promise;
    };
    return { asked: asked.promise, release: released.resolve };
  };
  let waiting = async () => {};
  const storage = { ...kept, set: async (key: string, value: string) => waiting().then(() => kept.set(key, value)) };
  const client = system.client({ storage });

  const first = hold();
  const paused = client.upload(fileOf(small, "moment.mp4"));
  await first.asked;
  paused.pause();
  paused.resume();
  paused.pause();
  first.release();
  await client.videos.list();
  t.equal(paused.state.phase, "paused");
  paused.resume();
  const { id } = await paused.done;

  const second = hold();
  const aborted = client.upload(fileOf(small, "moment.mp4"));
  await second.asked;
  const over = aborted.abort();
  second.release();
  await over;
  t.equal(aborted.state.phase, "aborted");
  t.strictSame(await storage.keys(), []);
  const { items } = await client.videos.list({ q: "moment" });
  t.strictSame(
    items.map((video) => video.id),
    [id],
    "one was created, and nothing of the other is left",
  );
});

t.test("a token that is refused is asked for anew, once", async (t) => {
  let asked = 0;
  const client = system.client({
    token: async () => {
      asked += 1;
      return asked === 1 ? "not.a.token" : system.token();
    },
  });
  await Promise.all([client.videos.list(), client.videos.list()]);
  t.equal(asked, 2);
  const signedOut = system.client({ token: "not.a.token" });
  const error = await signedOut.videos.list().catch((error: unknown) => error);
  t.match(error, { code: "UNAUTHENTICATED", status: 401, reason: /not valid.*sign in again/ });
  const late = system.client({ token: () => system.token(-3_600) });
  const tooLate = await late.videos.list().catch((error: unknown) => error);
  t.match(tooLate, { code: "UNAUTHENTICATED", status: 401, reason: /expired.*sign in again/ });
});
