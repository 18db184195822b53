import { EventEmitter, once } from "node:events";
import { readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { testStack } from "@lectern/local-stack";
import type { Page, Route, WebSocket } from "playwright-core";
import t from "tap";
import { buildFile } from "../../scripts/build.ts";
import type { LecternClient, Upload } from "../../src/index.ts";
import { lecture } from "../support/lecture.ts";
import { servePages, startChromium } from "../support/page.ts";
import { PART_BYTES, startClientSystem } from "../support/system.ts";

declare global {
  var client: LecternClient;
  var upload: Upload;
}

const { chromium } = await testStack();
if (chromium === null) t.plan(0, "there is no Chromium on this machine, and the set-up could not install one");
else await inBrowser(chromium);

async function inBrowser(executable: string): Promise<void> {
  const dir = path.join(tmpdir(), `lectern-client-${process.pid}`);
  t.teardown(() => rm(dir, { recursive: true, force: true }));
  const reactPage = fileURLToPath(new URL("../support/react-page.ts", import.meta.url));
  const [system, browser, small, large, readme, file, react] = await Promise.all([
    startClientSystem(t),
    startChromium(t, executable),
    lecture(0),
    lecture(11),
    readFile(new URL("../../README.md", import.meta.url), "utf8"),
    buildFile(dir),
    buildFile(path.join(dir, "react"), reactPage),
  ]);
  const token = await system.token();
  const urls = { uploadUrl: system.upload.url, progressUrl: system.progress.url };
  const example = (/```html\n(.*?)```/s.exec(readme)?.[1] ?? "")
    .replace("https://upload.example", urls.uploadUrl)
    .replace("https://progress.example", urls.progressUrl);
  const blank = `<!doctype html><input type="file"><script type="module">
    import { createClient } from "./lectern.js";
    const { setItem } = Storage.prototype;
    Storage.prototype.setItem = function (...item) {
      setItem.apply(this, item);
      dispatchEvent(new Event("kept"));
    };
    window.client = createClient(${JSON.stringify({ ...urls, token, locale: "en", parallel: 1, multipartFrom: PART_BYTES })});
  </script>`;
  const origin = await servePages(
    t,
    {
      "/example": example,
      "/token": token,
      "/": blank,
      "/react": "<!doctype html><body><script type=module src=/react.js></script>",
    },
    { "/lectern.js": file, "/react.js": react },
  );
  const movie = (buffer: Buffer, name = "lecture.mp4") => ({ name, mimeType: "video/mp4", buffer });

  async function open(page: Page): Promise<void> {
    await page.goto(`${origin}/`);
    await page.waitForFunction(() => "client" in globalThis);
  }
  /** As a teacher does it. The browser lets go of the locks of the page before in its own time. */
  async function reload(page: Page): Promise<void> {
    await page.reload();
    await page.waitForFunction(() => "client" in globalThis);
    await page.evaluate(() =>
      Promise.all(Object.keys(localStorage).map((key) => navigator.locks.request(key, () => {}))),
    );
  }
  /** Until the page has noted that so much is in the store. */
  const kept = (page: Page, bytes: number) =>
    page.evaluate(
      (least) =>
        new Promise<void>((resolve) => {
          const look = () => {
            const records = Object.keys(localStorage).map((key) => JSON.parse(localStorage[key] as string));
            if (records.some(({ sentBytes }) => sentBytes >= least)) resolve();
          };
          addEventListener("kept", look);
          look();
        }),
      bytes,
    );
  const begin = (page: Page) =>
    page.evaluate(() => {
      const chosen = document.querySelector("input")?.files?.[0];
      if (chosen) globalThis.upload = client.upload(chosen);
    });

  t.test("the page of the README uploads and follows to READY", async (t) => {
    const page = await browser.newPage();
    await page.goto(`${origin}/example`);
    await page.setInputFiles("#file", movie(small));
    await page.waitForFunction(() => document.getElementById("line")?.textContent === "READY");
    t.equal(await page.evaluate(() => document.querySelector("progress")?.value), 100);
    await page.setInputFiles("#file", movie(Buffer.from("no lecture"), "notes.mp4"));
    await page.waitForFunction(() => /[가-힣]|file/.test(document.getElementById("line")?.textContent ?? ""));
    await page.close();
  });

  t.test("React's hooks show the upload, its progress and the work box", async (t) => {
    const page = await browser.newPage();
    await page.goto(`${origin}/react?${new URLSearchParams({ ...urls, token })}`);
    await page.waitForSelector("[data-loading=false][data-connection=push]", { state: "attached" });
    await page.setInputFiles("input", movie(small, "With hooks.mp4"));
    await page.waitForFunction(() => document.getElementById("progress")?.textContent === "READY 100");
    await page.waitForFunction(() => document.getElementById("title")?.textContent === "With hooks");
    await page.waitForFunction(() => document.querySelector("li")?.textContent === "With hooks: READY");
    t.equal(await page.textContent("#upload"), "done");
    await page.close();
  });

  t.test("a reload in the middle: the same file chosen again, finished parts are not sent again", async (t) => {
    const context = await browser.newContext();
    const page = await context.newPage();
    const parts: string[] = [];
    page.on("request", (request) => {
      const number = new URL(request.url()).searchParams.get("partNumber");
      if (request.method() === "PUT" && number !== null) parts.push(number);
    });
    await open(page);
    await page.setInputFiles("input", movie(large));
    await page.route(/partNumber=3/, () => {});
    const held = page.waitForRequest(/partNumber=3/);
    await begin(page);
    await Promise.all([kept(page, 2 * PART_BYTES), held]);
    const lastModified = await page.evaluate(() => document.querySelector("input")?.files?.[0]?.lastModified ?? 0);
    await reload(page);
    // Not before: what is held goes on as soon as nothing holds it.
    await page.unroute(/partNumber=3/);
    t.match(await page.evaluate(() => client.uploads.finish()), [{ outcome: "needs-file" }]);
    const [left] = await page.evaluate(() => client.uploads.unfinished());
    t.match(left, { sentBytes: 2 * PART_BYTES, needsFile: true, lastModified });
    parts.length = 0;
    await page.setInputFiles("input", movie(large));
    const done = await page.evaluate(async (modified) => {
      const [unfinished] = await client.uploads.unfinished();
      const chosen = document.querySelector("input")?.files?.[0];
      if (unfinished === undefined || chosen === undefined) throw new Error("nothing to resume");
      // Chromium's automation gives a chosen file the present time; a real one keeps its own.
      const same = new File([chosen], chosen.name, { type: chosen.type, lastModified: modified });
      return (await client.uploads.resume(unfinished, same).done).id;
    }, lastModified);
    t.equal(done, left?.id);
    t.strictSame(parts, ["3"]);
    await context.close();
  });

  t.test("with a kept handle a reload needs no picking", async (t) => {
    const context = await browser.newContext();
    const page = await context.newPage();
    await open(page);
    await page.setInputFiles("input", movie(small));
    const put = page.waitForRequest((request) => request.method() === "PUT");
    await context.route(/X-Amz-Signature/, () => {});
    await page.evaluate(async () => {
      const chosen = document.querySelector("input")?.files?.[0];
      const folder = await navigator.storage.getDirectory();
      const handle = await folder.getFileHandle("kept.mp4", { create: true });
      const writable = await handle.createWritable();
      await writable.write(chosen ?? "");
      await writable.close();
      client.upload(await handle.getFile(), { handle });
    });
    await put;
    await reload(page);
    await context.unroute(/X-Amz-Signature/);
    const [left] = await page.evaluate(() => client.uploads.unfinished());
    t.match(left, { filename: "kept.mp4", reopens: true });
    const video = await page.evaluate(async () => {
      const [unfinished] = await client.uploads.unfinished();
      if (unfinished === undefined) throw new Error("nothing is left");
      return (await client.uploads.reopen(unfinished)).done;
    });
    t.match(video, { id: left?.id, status: "UPLOADED" });
    await context.close();
  });

  t.test("without a network it waits, and goes on by itself", async (t) => {
    const context = await browser.newContext();
    const page = await context.newPage();
    await open(page);
    await page.setInputFiles("input", movie(large));
    const held = Promise.withResolvers<Route>();
    await page.route(/partNumber=2/, (route) => held.resolve(route));
    await begin(page);
    const route = await held.promise;
    await context.setOffline(true);
    await route.abort("internetdisconnected");
    await page.waitForFunction(() => upload.state.phase === "offline");
    await page.unroute(/partNumber=2/);
    await context.setOffline(false);
    t.equal(await page.evaluate(async () => (await upload.done).status), "UPLOADED");
    await context.close();
  });

  t.test("a tab whose leader says nothing helps itself", async (t) => {
    const page = await browser.newPage();
    await open(page);
    const name = `lectern:watch:${urls.progressUrl}/api/v1:${system.tenant}.teacher:en`;
    await page.evaluate((lock) => {
      void navigator.locks.request(lock, () => new Promise(() => {}));
    }, name);
    const held = await page.evaluate(async () => (await navigator.locks.query()).held?.map((lock) => lock.name));
    t.strictSame(held, [name]);
    const state = await page.evaluate(async () => {
      const watched = client.watch(999_999_998);
      await new Promise<void>((resolve) => {
        watched.subscribe(({ progress, connection }) => progress !== null && connection === "push" && resolve());
      });
      return (await navigator.locks.query()).pending?.map((lock) => lock.name);
    });
    t.strictSame(state, [name], "and still waits for its turn to lead");
    await page.close();
  });

  t.test("two tabs", async (t) => {
    const context = await browser.newContext();
    const [one, two] = await Promise.all([context.newPage(), context.newPage()]);
    await Promise.all([open(one), open(two)]);

    await t.test("one upload is driven by one of them", async (t) => {
      await one.setInputFiles("input", movie(large));
      await one.route(/partNumber=2/, () => {});
      const held = one.waitForRequest(/partNumber=2/);
      await begin(one);
      await Promise.all([kept(one, PART_BYTES), held]);
      t.strictSame(await two.evaluate(() => client.uploads.unfinished()), []);
      t.strictSame(await two.evaluate(() => client.uploads.finish()), []);
    });

    await t.test("the tab is closed when all was sent: the other completes it", async (t) => {
      const id = await one.evaluate(() => upload.state.id);
      await one.unroute(/partNumber=2/);
      await context.route(/upload\/complete\//, () => {});
      await one.evaluate(() => {
        upload.pause();
        upload.resume();
      });
      await one.waitForFunction(() => upload.state.phase === "completing");
      await one.close();
      await context.unroute(/upload\/complete\//);
      const finished = await two.evaluate(async () => {
        const [name = ""] = Object.keys(localStorage).filter((key) => key.startsWith("lectern:upload:"));
        // The browser lets go of a closed tab's locks in its own time.
        await navigator.locks.request(name, () => {});
        return client.uploads.finish();
      });
      t.match(finished, [{ id, outcome: "done" }]);
    });

    await t.test("they share one connection, and the other takes over", async (t) => {
      const three = await context.newPage();
      await open(three);
      const sockets = new Map<WebSocket, string>();
      const changes = new EventEmitter();
      for (const [name, page] of Object.entries({ two, three }))
        page.on("websocket", (socket) => {
          sockets.set(socket, `${name} ${new URL(socket.url()).pathname}`);
          socket.on("close", () => {
            sockets.delete(socket);
            changes.emit("closed");
          });
        });
      const watch = async (page: Page) => {
        await page.evaluate(() => {
          const watched = client.watch(999_999_999);
          Object.assign(globalThis, { watched });
        });
        await page.waitForFunction(() => {
          const { state } = (globalThis as unknown as { watched: ReturnType<LecternClient["watch"]> }).watched;
          return state.progress !== null && state.connection === "push";
        });
      };
      await watch(two);
      await watch(three);
      // One that heard nothing for 2 s, because the machine stood still, helped itself: that one goes as soon as it hears.
      while (sockets.size > 1) await once(changes, "closed");
      t.strictSame([...sockets.values()], ["two /api/v1/progress/ws"]);
      const taken = three.waitForEvent("websocket");
      await two.close();
      t.match((await taken).url(), /progress\/ws/);
    });
    await context.close();
  });
}
