import type { WorkItem } from "@lectern/client";
import { useEffect, useRef } from "react";
import { useTransfers } from "../uploads/TransfersContext.ts";
import type { Transfer } from "../uploads/transfers.ts";

/** Uploads of this tab without those whose work is shown: one that is done stays until then, so that no lecture is lost from sight. */
export function useHandedOver(items: readonly WorkItem[], refresh: () => void): readonly Transfer[] {
  const { list, transfers } = useTransfers();
  const asked = useRef(new Set<number>());
  const shown = new Set(items.map(({ video }) => video.id));
  const done = list.filter(({ upload }) => upload.state.phase === "done");
  const over = done.filter(({ upload }) => upload.state.id !== null && shown.has(upload.state.id));
  useEffect(() => {
    if (over.length > 0) transfers.remove(...over.map(({ key }) => key));
    const missing = done.filter((each) => !over.includes(each) && !asked.current.has(each.key));
    for (const { key } of missing) asked.current.add(key);
    if (missing.length > 0) refresh();
  });
  return list.filter((each) => !over.includes(each));
}
