import type { VideoDetail } from "@lectern/client";
import { type ReactNode, useState } from "react";

interface Props {
  readonly video: Pick<VideoDetail, "poster_url">;
  /** Where there is no picture, or it cannot be loaded. */
  readonly sign: ReactNode;
}

/** Says nothing to a screen reader: the title is beside it. */
export function Poster({ video, sign }: Props) {
  const [broken, setBroken] = useState<string | null>(null);
  const { poster_url: url } = video;
  if (url === null || url === broken)
    return (
      <span className="art-sign" aria-hidden>
        {sign}
      </span>
    );
  return <img src={url} alt="" loading="lazy" decoding="async" onError={() => setBroken(url)} />;
}
