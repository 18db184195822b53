/** Where unfinished uploads are remembered. Any of its calls may also give a promise. */
export interface LecternStorage {
  get(key: string): string | null | Promise<string | null>;
  set(key: string, value: string): void | Promise<void>;
  remove(key: string): void | Promise<void>;
  keys(): readonly string[] | Promise<readonly string[]>;
}

/** For as long as the process or page lives. */
export function memoryStorage(): LecternStorage {
  const values = new Map<string, string>();
  return {
    get: (key) => values.get(key) ?? null,
    set: (key, value) => void values.set(key, value),
    remove: (key) => void values.delete(key),
    keys: () => [...values.keys()],
  };
}

/** The page's localStorage; memory where there is none (Node.js) or it is forbidden. */
export function defaultStorage(): LecternStorage {
  if (typeof document === "undefined") return memoryStorage();
  try {
    const area = localStorage;
    return {
      get: (key) => area.getItem(key),
      set: (key, value) => area.setItem(key, value),
      remove: (key) => area.removeItem(key),
      keys: () => Object.keys(area),
    };
  } catch {
    return memoryStorage();
  }
}
