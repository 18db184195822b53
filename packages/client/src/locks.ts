const held = new Set<string>();

/** Web Locks, where there are any: one holder in all tabs. */
function locks(): LockManager | null {
  return typeof navigator === "undefined" ? null : (navigator.locks ?? null);
}

/** @returns what lets go of it; null where another tab, or this one, holds it */
export function tryHold(name: string): Promise<(() => void) | null> {
  const manager = locks();
  if (manager === null) return Promise.resolve(holdHere(name));
  return new Promise((resolve, reject) => {
    manager
      .request(name, { ifAvailable: true }, (lock) => {
        if (lock === null) return resolve(null);
        return new Promise<void>((release) => resolve(release));
      })
      // Forbidden to this page (an opaque origin): alone, then.
      .catch((error: unknown) => (isForbidden(error) ? resolve(holdHere(name)) : reject(error)));
  });
}

function isForbidden(error: unknown): boolean {
  return error instanceof Error && error.name === "SecurityError";
}

function holdHere(name: string): (() => void) | null {
  if (held.has(name)) return null;
  held.add(name);
  return () => void held.delete(name);
}

/** The names that somebody holds, in any tab. */
export async function heldNames(): Promise<ReadonlySet<string>> {
  const found = await locks()
    ?.query()
    .catch(() => null);
  return new Set([...held, ...(found?.held ?? []).map(({ name }) => name ?? "")]);
}
