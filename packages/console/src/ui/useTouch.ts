import { useSyncExternalStore } from "react";

const query = matchMedia("(hover: none) and (pointer: coarse)");

function subscribe(listener: () => void): () => void {
  query.addEventListener("change", listener);
  return () => query.removeEventListener("change", listener);
}

/** Whether fingers are all there is: nothing can be dropped, and no keys are pressed. */
export const useTouch = (): boolean => useSyncExternalStore(subscribe, () => query.matches);
