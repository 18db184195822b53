import { once } from "node:events";
import { createReadStream } from "node:fs";
import { createServer } from "node:http";
import { createRequire } from "node:module";
import type { AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";
import { chromiumLaunch } from "@lectern/local-stack";
import { chromium } from "playwright-core";
import type { Test } from "tap";

/** What a player saw of one rendition of the picture with one of the sound, played to its end. */
export interface Played {
  readonly player: "hls.js" | "Shaka Player";
  /** How many the player found in all. */
  readonly levels: number;
  readonly audioTracks: number;
  /** Language of the sound that was played. */
  readonly sound: string;
  /** `currentTime` at each `timeupdate`, in seconds. */
  readonly times: readonly number[];
  readonly duration: number;
  readonly width: number;
  readonly height: number;
  /** Bytes of sound that were decoded. */
  readonly audioBytes: number;
  readonly frames: number;
  /** Start and end in seconds of what sound and picture both have. */
  readonly buffered: readonly (readonly [number, number])[];
  /** Texts of the subtitles. */
  readonly cues: readonly string[];
}

export interface Browser {
  /** Every rendition, in hls.js and in Shaka Player. @throws a player's first fatal error */
  play(masterUrl: string): Promise<readonly Played[]>;
  /** What the expression, run in a page of another origin than the services', comes to. */
  evaluate<T>(expression: string): Promise<T>;
}

const { resolve } = createRequire(import.meta.url);
const SCRIPTS: Record<string, string> = {
  "/hls.js": resolve("hls.js/dist/hls.min.js"),
  "/shaka.js": resolve("shaka-player/dist/shaka-player.compiled.js"),
  "/player.js": fileURLToPath(new URL("./player-page.js", import.meta.url)),
};
const PAGE = `<!doctype html><title>Player</title><body>${Object.keys(SCRIPTS)
  .map((url) => `<script src="${url}"></script>`)
  .join("")}`;

/** A page with both players on loopback: another origin than the store's, so that its CORS headers count. */
async function servePage(t: Test): Promise<string> {
  const server = createServer((request, response) => {
    const script = SCRIPTS[request.url ?? ""];
    response.setHeader("content-type", script === undefined ? "text/html" : "text/javascript");
    if (script === undefined) response.end(PAGE);
    else createReadStream(script).pipe(response);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  t.teardown(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
}

/** Headless Chromium with players in it; ends with the test. */
export async function startBrowser(t: Test, executablePath: string): Promise<Browser> {
  const [pageUrl, browser] = await Promise.all([servePage(t), chromium.launch(chromiumLaunch(executablePath))]);
  t.teardown(() => browser.close());
  async function evaluate<T>(expression: string): Promise<T> {
    const page = await browser.newPage();
    try {
      await page.goto(pageUrl);
      return await page.evaluate<T>(expression);
    } finally {
      await page.close();
    }
  }
  return { evaluate, play: (masterUrl) => evaluate<readonly Played[]>(`play(${JSON.stringify(masterUrl)})`) };
}
