import type { VideoDetail, VideoStatus } from "@lectern/client";
import { useLectern } from "@lectern/client/react";
import { useInfiniteQuery } from "@tanstack/react-query";
import { useEffect, useState } from "react";

export const FILTERS = ["all", "ready", "working", "failed"] as const;
export type Filter = (typeof FILTERS)[number];

/** What was announced and never sent (PENDING) is no lecture yet: nobody finds it here. */
const STATES: Record<Filter, readonly VideoStatus[]> = {
  all: ["READY", "PROCESSING", "UPLOADED", "FAILED"],
  ready: ["READY"],
  working: ["PROCESSING", "UPLOADED"],
  failed: ["FAILED"],
};

const PAGE = 24;
const TYPING_MS = 250;
/** While something is under way somewhere, its state on the cards gets old. */
const AGAIN_MS = 10_000;

function useSettled(text: string): string {
  const [settled, set] = useState(text);
  useEffect(() => {
    const timer = setTimeout(() => set(text), text === "" ? 0 : TYPING_MS);
    return () => clearTimeout(timer);
  }, [text]);
  return settled;
}

const isUnderWay = ({ status }: VideoDetail) => status === "PROCESSING" || status === "UPLOADED";

export const LIBRARY_KEY = "library";

export function useLibrary(search: string, filter: Filter) {
  const client = useLectern();
  const q = useSettled(search.trim());
  const query = useInfiniteQuery({
    queryKey: [LIBRARY_KEY, client.locale, q, filter],
    initialPageParam: "",
    queryFn: ({ pageParam, signal }) =>
      client.videos.list(
        { status: STATES[filter], limit: PAGE, ...(q !== "" && { q }), ...(pageParam !== "" && { cursor: pageParam }) },
        signal,
      ),
    getNextPageParam: ({ next_cursor }) => next_cursor,
    placeholderData: (before) => before,
    refetchInterval: ({ state }) =>
      state.data?.pages.some(({ items }) => items.some(isUnderWay)) === true ? AGAIN_MS : false,
  });
  return { ...query, videos: query.data?.pages.flatMap(({ items }) => items) ?? [] };
}
