import { useEffect, useRef } from "react";
import { useI18n } from "../i18n/I18n.tsx";
import { useSay } from "../ui/Announcer.tsx";
import { useTransfers } from "./TransfersContext.ts";

/** Has uploads that failed or were cancelled read out, whatever page is shown. What is done the work on it tells. */
export function useAnnouncedTransfers(): void {
  const { t } = useI18n();
  const say = useSay();
  const { list } = useTransfers();
  const seen = useRef(new Map<number, string>());
  useEffect(() => {
    for (const { key, upload } of list) {
      const { phase, title, error } = upload.state;
      if (seen.current.get(key) === phase) continue;
      seen.current.set(key, phase);
      if (phase === "failed") say(t.say.uploadFailed(title, error?.reason ?? t.common.unknownError));
      if (phase === "aborted") say(t.say.uploadCancelled(title));
    }
  }, [list, say, t]);
}
