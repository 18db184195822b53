import { once } from "node:events";
import { createReadStream } from "node:fs";
import { createServer } from "node:http";
import { createRequire } from "node:module";
import type { AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";
import type { Test } from "tap";

/** What a player saw of a stream that it played to its end. */
export interface Played {
  /** `currentTime` at each `timeupdate`, in seconds. */
  readonly times: readonly number[];
  readonly duration: number;
  readonly width: number;
  readonly height: number;
  readonly levels: number;
  readonly audioTracks: number;
  /** Bytes of sound that were decoded. */
  readonly audioBytes: number;
  readonly frames: number;
}

export interface Browser {
  /** @throws the player's first fatal error */
  play(masterUrl: string): Promise<Played>;
  /** What the expression, run in a page of another origin than the services', comes to. */
  evaluate<T>(expression: string): Promise<T>;
}

const ARGS = [
  "--no-sandbox", // as root there is none
  "--autoplay-policy=no-user-gesture-required",
  "--disable-gpu",
  "--disable-dev-shm-usage",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--disable-quic",
  "--no-first-run",
];

const SCRIPTS: Record<string, string> = {
  "/hls.js": createRequire(import.meta.url).resolve("hls.js/dist/hls.min.js"),
  "/player.js": fileURLToPath(new URL("./player-page.js", import.meta.url)),
};
const PAGE = `<!doctype html><title>Player</title><body>${Object.keys(SCRIPTS)
  .map((url) => `<script src="${url}"></script>`)
  .join("")}`;

/** A page with hls.js on loopback: another origin than the store's, so that its CORS headers count. */
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

/** Headless Chromium with a player in it; ends with the test. */
export async function startBrowser(t: Test, executablePath: string): Promise<Browser> {
  const [pageUrl, browser] = await Promise.all([servePage(t), chromium.launch({ executablePath, args: ARGS })]);
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
  return { evaluate, play: (masterUrl) => evaluate<Played>(`play(${JSON.stringify(masterUrl)})`) };
}
