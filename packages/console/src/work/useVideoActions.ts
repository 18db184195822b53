import type { VideoDetail } from "@lectern/client";
import { useLectern } from "@lectern/client/react";
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useI18n } from "../i18n/I18n.tsx";
import { LIBRARY_KEY } from "../library/useLibrary.ts";
import { useSay } from "../ui/Announcer.tsx";
import { reasonOf } from "../ui/reason-of.ts";

export interface VideoActions {
  /** Why the last one was not done; null where it was. */
  readonly refusal: string | null;
  readonly isBusy: boolean;
  retry(): void;
  cancel(): void;
  remove(): void;
}

/** What can be done with a lecture. A refusal is shown where it was asked for. */
export function useVideoActions(video: Pick<VideoDetail, "id" | "title">, onChanged?: () => void): VideoActions {
  const { t } = useI18n();
  const client = useLectern();
  const queries = useQueryClient();
  const say = useSay();
  const [refusal, setRefusal] = useState<string | null>(null);
  const [isBusy, setBusy] = useState(false);

  async function act(work: () => Promise<unknown>, done: string): Promise<void> {
    setBusy(true);
    try {
      await work();
      setRefusal(null);
      say(done);
      onChanged?.();
    } catch (error) {
      setRefusal(reasonOf(error, t));
    }
    setBusy(false);
    await queries.invalidateQueries({ queryKey: [LIBRARY_KEY] });
  }

  const { id, title } = video;
  return {
    refusal,
    isBusy,
    retry: () => void act(() => client.videos.retry(id), t.say.retried(title)),
    cancel: () => void act(() => client.videos.cancel(id), t.say.cancelled(title)),
    remove: () => void act(() => client.videos.remove(id), t.library.deleted(title)),
  };
}
