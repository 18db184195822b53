import { createContext, useContext, useSyncExternalStore } from "react";
import type { Transfer, Transfers } from "./transfers.ts";

export const TransfersContext = createContext<Transfers | null>(null);

export function useTransfers(): { readonly transfers: Transfers; readonly list: readonly Transfer[] } {
  const transfers = useContext(TransfersContext);
  if (transfers === null) throw new Error("useTransfers outside of the signed-in page");
  return { transfers, list: useSyncExternalStore(transfers.subscribe, transfers.list) };
}
