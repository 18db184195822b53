import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { chromiumLaunch } from "@lectern/local-stack";
import { type BrowserContext, chromium, type Page } from "playwright-core";
import type { Test } from "tap";

/** A browser window of a Korean teacher; what goes wrong in its pages fails the test. It ends with the test. */
export async function openWindow(t: Test, executablePath: string): Promise<BrowserContext> {
  const browser = await chromium.launch(chromiumLaunch(executablePath));
  t.teardown(() => browser.close());
  const window = await browser.newContext({
    viewport: { width: 1280, height: 800 },
    locale: "ko-KR",
    colorScheme: "light",
    reducedMotion: "reduce",
  });
  // Encodes are waited for, on a machine that is busy with other tests; what never comes fails all the same.
  window.setDefaultTimeout(90_000);
  // "Uploads are under way": leaves all the same. The page may be gone before it has heard that.
  window.on("page", (page) => page.on("dialog", (dialog) => dialog.accept().catch(() => {})));
  window.on("weberror", (fault) => t.fail(`a page threw: ${fault.error().stack ?? fault.error().message}`));
  window.on("console", (message) => {
    if (message.text().includes("Content Security Policy")) t.fail(message.text());
  });
  return window;
}

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

interface Violation {
  readonly id: string;
  readonly impact: string | null;
  readonly nodes: readonly { readonly target: readonly unknown[]; readonly failureSummary?: string }[];
}

async function faults(page: Page): Promise<string[]> {
  // By the protocol, not as a script of the page: the policy allows none.
  await page.evaluate(AXE);
  // What changes its colour over some moments has arrived.
  await page.evaluate("Promise.all(document.getAnimations().map(({ finished }) => finished.catch(() => {})))");
  const { violations } = await page.evaluate<{ violations: Violation[] }>("axe.run(document)");
  return violations
    .filter(({ impact }) => impact === "serious" || impact === "critical")
    .flatMap(({ id, nodes }) => nodes.map(({ target, failureSummary }) => `${id}: ${target} ${failureSummary ?? ""}`));
}

/** The page as it is now has no serious or critical fault, neither light nor dark. */
export async function isAccessible(t: Test, page: Page, name: string): Promise<void> {
  for (const colorScheme of ["dark", "light"] as const) {
    await page.emulateMedia({ colorScheme });
    await page.evaluate("new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)))");
    t.same(await faults(page), [], `${name}, ${colorScheme}`);
  }
}

/** Drops a file or folder of this machine onto the page's drop area, as a hand would: a script cannot, it has no folders. */
export async function drop(page: Page, file: string): Promise<void> {
  const box = await page.locator(".drop").boundingBox();
  if (box === null) throw new Error("there is no drop area");
  const at = { x: box.x + box.width / 2, y: box.y + box.height / 2 };
  const session = await page.context().newCDPSession(page);
  const data = { items: [], files: [file], dragOperationsMask: 1 };
  for (const type of ["dragEnter", "dragOver", "drop"] as const)
    await session.send("Input.dispatchDragEvent", { type, ...at, data });
  await session.detach();
}

/** The lecture of this title among the uploads. */
export const rowOf = (page: Page, title: string) =>
  page.locator(".row", { has: page.getByRole("heading", { name: title }) });

export async function signIn(page: Page, token: string): Promise<void> {
  await page.getByLabel("접속 코드").fill(token);
  await page.getByRole("button", { name: "로그인" }).click();
}

export async function choose(page: Page, menu: string, item: string): Promise<void> {
  await page.getByRole("button", { name: menu }).click();
  await page.getByRole("menuitemradio", { name: item }).click();
  await page.keyboard.press("Escape");
}

/** Keeps what the bars of the page showed, and what was announced, in their order: either may be followed by the next at once. */
export const RECORD = `
  globalThis.bars = [];
  globalThis.announced = [];
  new MutationObserver(() => {
    for (const bar of document.querySelectorAll('.row [role="progressbar"]')) {
      const percent = Number(bar.getAttribute("aria-valuenow"));
      if (bars.at(-1) !== percent) bars.push(percent);
    }
    const { textContent } = document.querySelector('[data-testid="announcer"]');
    if (announced.at(-1) === textContent) return;
    announced.push(textContent);
    dispatchEvent(new Event("announced"));
  }).observe(document.body, {
    ...{ subtree: true, childList: true, characterData: true },
    ...{ attributes: true, attributeFilter: ["aria-valuenow"] },
  });
`;

/** Returns once these words were announced, since RECORD began. */
export async function untilAnnounced(page: Page, words: string): Promise<void> {
  await page.evaluate(`new Promise((heard) => {
    const look = () => announced.some((each) => each.includes(${JSON.stringify(words)})) && heard();
    addEventListener("announced", look);
    look();
  })`);
}

/** Returns when the player is past so many seconds. By its events: Playwright's own waiting needs eval, which the policy forbids. */
export async function playedPast(page: Page, seconds: number): Promise<void> {
  await page.evaluate(`new Promise((past) => {
    const video = document.querySelector("video");
    const look = () => video.currentTime > ${seconds} && past();
    video.addEventListener("timeupdate", look);
    look();
  })`);
}
