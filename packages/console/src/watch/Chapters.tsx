import { useEffect, useState } from "react";
import { Button as AriaButton } from "react-aria-components";
import { clock } from "../i18n/format.ts";
import { useI18n } from "../i18n/I18n.tsx";
import { type Cue, parseVtt } from "../player/storyboard.ts";

interface Props {
  readonly url: string;
  /** Where it plays, in seconds. */
  readonly time: number;
  onSeek(time: number): void;
}

export function Chapters({ url, time, onSeek }: Props) {
  const { t } = useI18n();
  const [chapters, set] = useState<readonly Cue[]>([]);
  useEffect(() => {
    const ending = new AbortController();
    fetch(url, { signal: ending.signal })
      .then(async (answer) => {
        if (answer.ok) set(parseVtt(await answer.text()));
      })
      .catch(() => {}); // the lecture plays without them
    return () => ending.abort();
  }, [url]);
  if (chapters.length === 0) return null;
  const current = chapters.findLast(({ start }) => start <= time + 0.01);
  return (
    <section className="section" aria-labelledby="chapters">
      <div className="section-head">
        <h2 id="chapters">{t.watch.chapters}</h2>
      </div>
      <ol className="chapters panel">
        {chapters.map((chapter) => (
          <li key={chapter.start}>
            <AriaButton
              className={chapter === current ? "chapter here" : "chapter"}
              onPress={() => onSeek(chapter.start)}
              {...(chapter === current && { "aria-current": "true" })}
            >
              <span className="chapter-time">{clock(chapter.start)}</span>
              {chapter.text}
            </AriaButton>
          </li>
        ))}
      </ol>
    </section>
  );
}
