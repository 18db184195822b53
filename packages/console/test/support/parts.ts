import type { BrowserContext, Route } from "playwright-core";

const partOf = (url: string) => new URL(url).searchParams.get("partNumber");

/** Which parts the store has taken from this window. */
export function partsSent(window: BrowserContext) {
  const numbers: string[] = [];
  let changed = Promise.withResolvers<void>();
  window.on("response", (answer) => {
    const part = partOf(answer.url());
    if (part === null || answer.request().method() !== "PUT" || answer.status() !== 200) return;
    numbers.push(part);
    changed.resolve();
    changed = Promise.withResolvers();
  });
  return {
    numbers: () => numbers,
    count: () => numbers.length,
    async until(count: number): Promise<void> {
      while (numbers.length < count) await changed.promise;
    },
  };
}

/** Parts from this number on do not reach the store: they hang, or are cut off, until all are released. */
export async function holdParts(window: BrowserContext, from: number) {
  const isHeld = (url: URL) => Number(url.searchParams.get("partNumber") ?? 0) >= from;
  const hanging: Route[] = [];
  await window.route(isHeld, (route) => void hanging.push(route));
  return {
    cut: () => Promise.all(hanging.splice(0).map((route) => route.abort("internetdisconnected"))),
    release: () => window.unroute(isHeld),
  };
}

/** Nothing that is sent reaches the store until it is released. */
export async function holdPuts(window: BrowserContext) {
  const isSigned = (url: URL) => url.searchParams.has("X-Amz-Signature");
  const first = Promise.withResolvers<void>();
  await window.route(isSigned, (route) => {
    if (route.request().method() === "PUT") first.resolve();
    else route.fallback().catch(() => {}); // the page may be gone
  });
  return { first: first.promise, release: () => window.unroute(isSigned) };
}
