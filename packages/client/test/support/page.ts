import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { chromiumLaunch } from "@lectern/local-stack";
import { type Browser, chromium } from "playwright-core";
import type { Test } from "tap";

/** Headless Chromium; ends with the test. */
export async function startChromium(t: Test, executablePath: string): Promise<Browser> {
  const browser = await chromium.launch(chromiumLaunch(executablePath));
  t.teardown(() => browser.close());
  return browser;
}

/**
 * Serves pages on loopback, another origin than the services'.
 * @param pages HTML by path
 * @param scripts files by path
 * @returns the origin
 */
export async function servePages(
  t: Test,
  pages: Readonly<Record<string, string>>,
  scripts: Readonly<Record<string, string>>,
): Promise<string> {
  const server = createServer(async (request, response) => {
    const path = (request.url ?? "/").split("?", 1)[0] ?? "/";
    const script = scripts[path];
    response.setHeader("content-type", script === undefined ? "text/html; charset=utf-8" : "text/javascript");
    response.end(script === undefined ? (pages[path] ?? "") : await readFile(script));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  t.teardown(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
