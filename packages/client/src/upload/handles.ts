const STORE = "handles";

/** What browsers have and TypeScript's DOM does not name yet. */
interface Permitted extends FileSystemFileHandle {
  queryPermission?(): Promise<PermissionState>;
  requestPermission?(): Promise<PermissionState>;
}

/** Handles of picked files outlive the page in IndexedDB. Where that cannot be had the file is picked again. */
export async function keepHandle(key: string, handle: FileSystemFileHandle): Promise<void> {
  await withStore("readwrite", (store) => store.put(handle, key)).catch(() => null);
}

export async function dropHandle(key: string): Promise<void> {
  await withStore("readwrite", (store) => store.delete(key)).catch(() => null);
}

/** The file, after the user was asked where the browser demands it: to be called from a click. @returns null where it cannot be had */
export async function reopenFile(key: string): Promise<File | null> {
  try {
    const handle = (await withStore("readonly", (store) => store.get(key))) as Permitted | undefined;
    if (handle === undefined) return null;
    const isPermitted = (await handle.queryPermission?.()) !== "prompt";
    if (!isPermitted && (await handle.requestPermission?.()) !== "granted") return null;
    return await handle.getFile();
  } catch {
    return null;
  }
}

function withStore(mode: IDBTransactionMode, work: (store: IDBObjectStore) => IDBRequest): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const opening = indexedDB.open("lectern", 1);
    opening.onupgradeneeded = () => opening.result.createObjectStore(STORE);
    opening.onerror = () => reject(opening.error);
    opening.onsuccess = () => {
      const request = work(opening.result.transaction(STORE, mode).objectStore(STORE));
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => reject(request.error);
      request.transaction?.addEventListener("complete", () => opening.result.close());
    };
  });
}
