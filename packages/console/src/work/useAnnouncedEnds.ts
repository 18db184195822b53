import type { VideoStatus, WorkItem } from "@lectern/client";
import { useEffect, useRef } from "react";
import { useI18n } from "../i18n/I18n.tsx";
import { useSay } from "../ui/Announcer.tsx";

/** Has the ends of work that was seen under way read out: what somebody waits for, and nothing before it. */
export function useAnnouncedEnds(items: readonly WorkItem[]): void {
  const { t } = useI18n();
  const say = useSay();
  const seen = useRef(new Map<number, VideoStatus>());
  useEffect(() => {
    for (const { video, status, progress } of items) {
      const before = seen.current.get(video.id);
      seen.current.set(video.id, status);
      if (before === undefined || before === status) continue;
      if (status === "READY") say(t.say.ready(video.title));
      const code = progress?.error_code ?? video.error_code;
      if (status === "FAILED" && code !== "CANCELLED")
        say(t.say.failed(video.title, progress?.error_reason ?? video.error_reason ?? ""));
    }
  }, [items, say, t]);
}
