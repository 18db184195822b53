import { readFile } from "node:fs/promises";
import type { CDPSession, Page } from "playwright-core";
import { median } from "../report.ts";

const EVERY_MS = 500;

/** Bytes at one moment. */
export interface MemorySample {
  /** JavaScript objects of the page, with what is not collected yet. */
  readonly heap: number;
  /** Resident, of all processes that run pages. */
  readonly tab: number;
  /** Resident, of all processes of the browser: a file is read by others than the tab. */
  readonly browser: number;
  /** Resident, of upload-service. */
  readonly api: number;
}

export interface MemoryTrend {
  /** Median of the first fifth of the samples. */
  readonly start: number;
  readonly peak: number;
  /** From the median of the first fifth to that of the last. */
  readonly growth: number;
}

export type MemoryReport = Record<keyof MemorySample, MemoryTrend>;

/** Looks twice a second until it is stopped. */
export async function watchMemory(page: Page, apiPid: number): Promise<() => Promise<MemoryReport>> {
  const browser = page.context().browser();
  if (browser === null) throw new Error("a page without a browser");
  const [ofPage, ofBrowser] = await Promise.all([page.context().newCDPSession(page), browser.newBrowserCDPSession()]);
  await ofPage.send("Performance.enable");
  const samples: MemorySample[] = [];
  const stopped = Promise.withResolvers<void>();
  const look = async (): Promise<void> => {
    for (let isOver = false; !isOver; ) {
      samples.push(await sample(ofPage, ofBrowser, apiPid));
      const { promise, resolve } = Promise.withResolvers<boolean>();
      const timer = setTimeout(resolve, EVERY_MS, false);
      isOver = await Promise.race([promise, stopped.promise.then(() => true)]);
      clearTimeout(timer);
    }
  };
  const looking = look();
  // Whoever stops it gets the error.
  looking.catch(() => {});
  return async () => {
    stopped.resolve();
    await looking;
    await Promise.all([ofPage.detach(), ofBrowser.detach()]);
    return trends(samples);
  };
}

async function sample(ofPage: CDPSession, ofBrowser: CDPSession, apiPid: number): Promise<MemorySample> {
  const [{ metrics }, { processInfo }, api] = await Promise.all([
    ofPage.send("Performance.getMetrics"),
    ofBrowser.send("SystemInfo.getProcessInfo"),
    residentBytesOf(apiPid),
  ]);
  const processes = await Promise.all(
    processInfo.map(async ({ id, type }) => ({ type, bytes: await residentBytesOf(id) })),
  );
  const sum = (which: typeof processes): number => which.reduce((total, { bytes }) => total + bytes, 0);
  return {
    heap: metrics.find(({ name }) => name === "JSHeapUsedSize")?.value ?? Number.NaN,
    tab: sum(processes.filter(({ type }) => type === "renderer")),
    browser: sum(processes),
    api,
  };
}

/** 0 for a process that has ended. Linux alone tells it. */
async function residentBytesOf(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, "utf8").catch(() => "");
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1] ?? 0) * 1024;
}

export function trends(samples: readonly MemorySample[]): MemoryReport {
  const of = (pick: (sample: MemorySample) => number): MemoryTrend => {
    const values = samples.map(pick);
    const fifth = Math.max(1, Math.floor(values.length / 5));
    const start = median(values.slice(0, fifth));
    return { start, peak: Math.max(...values), growth: median(values.slice(-fifth)) - start };
  };
  return {
    heap: of(({ heap }) => heap),
    tab: of(({ tab }) => tab),
    browser: of(({ browser }) => browser),
    api: of(({ api }) => api),
  };
}
