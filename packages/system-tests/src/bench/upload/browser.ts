import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import path from "node:path";
import { type Browser, chromium, type Page } from "playwright-core";
import { buildFile } from "../../../../client/scripts/build.ts";

const ARGS = [
  "--no-sandbox", // as root there is none
  "--disable-gpu",
  "--disable-dev-shm-usage",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--no-first-run",
];
const PAGE = `<!doctype html><title>Upload</title><input type="file"><script type="module" src="/page.js"></script>`;

export interface UploadBrowser {
  /** A page in which this file was chosen, as a person would: the browser reads it from the disk. */
  open(file: string): Promise<Page>;
  close(): Promise<void>;
}

/** Headless Chromium, and a server of its page with the client as it is shipped: one file, built anew into `dir`. */
export async function startUploadBrowser(executablePath: string, dir: string): Promise<UploadBrowser> {
  const scripts: Record<string, string> = {
    "/lectern.js": await buildFile(dir),
    "/page.js": path.join(import.meta.dirname, "page.js"),
  };
  const server = createServer(async (request, response) => {
    const script = scripts[request.url ?? ""];
    response.setHeader("content-type", script === undefined ? "text/html" : "text/javascript");
    response.end(script === undefined ? PAGE : await readFile(script));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const browser: Browser = await chromium.launch({ executablePath, args: ARGS });
  return {
    async open(file) {
      const page = await browser.newPage();
      // An upload takes as long as it takes: the benchmark has no limit of its own.
      page.setDefaultTimeout(0);
      await page.goto(origin);
      await page.waitForFunction("'sendBare' in globalThis");
      await page.setInputFiles("input", file);
      return page;
    },
    async close() {
      await browser.close();
      server.closeAllConnections();
      server.close();
    },
  };
}
