import { useEffect, useState } from "react";
import { type Frame, framesOf } from "./storyboard.ts";

/** The small pictures of a lecture; none until they are there, and none where they cannot be had: a comfort. */
export function useStoryboard(url: string | null): readonly Frame[] {
  const [frames, set] = useState<readonly Frame[]>([]);
  useEffect(() => {
    set([]);
    if (url === null) return;
    const ending = new AbortController();
    fetch(url, { signal: ending.signal })
      .then(async (answer) => {
        if (answer.ok) set(framesOf(await answer.text(), answer.url || url));
      })
      .catch(() => {});
    return () => ending.abort();
  }, [url]);
  return frames;
}
