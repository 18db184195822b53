import { useSyncExternalStore } from "react";

function subscribe(listener: () => void): () => void {
  addEventListener("online", listener);
  addEventListener("offline", listener);
  return () => {
    removeEventListener("online", listener);
    removeEventListener("offline", listener);
  };
}

/** What the browser says: `false` is certain, `true` means only that there is some network. */
export const useOnline = (): boolean => useSyncExternalStore(subscribe, () => navigator.onLine);
