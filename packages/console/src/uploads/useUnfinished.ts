import type { UnfinishedUpload } from "@lectern/client";
import { useLectern } from "@lectern/client/react";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useCallback, useEffect } from "react";
import { useTransfers } from "./TransfersContext.ts";

const KEY = ["unfinished"];

export interface UnfinishedList {
  readonly list: readonly UnfinishedUpload[];
  refresh(): void;
}

/** Uploads that an earlier page left behind and nobody here goes on with. */
export function useUnfinished(): UnfinishedList {
  const client = useLectern();
  const queries = useQueryClient();
  const { transfers, list: current } = useTransfers();
  const { data } = useQuery({
    queryKey: KEY,
    staleTime: 0,
    queryFn: async () => {
      // What was sent as a whole needs nobody's file.
      await client.uploads.finish().catch(() => {});
      return client.uploads.unfinished();
    },
  });
  const refresh = useCallback(() => void queries.invalidateQueries({ queryKey: KEY }), [queries]);
  useEffect(() => {
    if (current.length >= 0) refresh();
  }, [current, refresh]);
  return { list: (data ?? []).filter(({ id, needsFile }) => needsFile && !transfers.has(id)), refresh };
}
