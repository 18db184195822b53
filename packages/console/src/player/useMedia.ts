import { type RefObject, useEffect, useState } from "react";

/** What the element says of itself, in seconds. */
export interface Media {
  readonly paused: boolean;
  readonly ended: boolean;
  /** Plays as soon as there is something to play. */
  readonly waiting: boolean;
  readonly time: number;
  readonly duration: number;
  /** To where it is loaded, from where it plays. */
  readonly buffered: number;
  readonly volume: number;
  readonly muted: boolean;
  readonly rate: number;
}

const EVENTS = [
  "play",
  "pause",
  "ended",
  "playing",
  "waiting",
  "seeking",
  "seeked",
  "timeupdate",
  "durationchange",
  "progress",
  "volumechange",
  "ratechange",
  "loadedmetadata",
  "canplay",
  "emptied",
];

const NOTHING: Media = {
  paused: true,
  ended: false,
  waiting: false,
  time: 0,
  duration: 0,
  buffered: 0,
  volume: 1,
  muted: false,
  rate: 1,
};

function read(video: HTMLVideoElement): Media {
  const { paused, ended, currentTime: time, volume, muted, playbackRate: rate, buffered: ranges } = video;
  let buffered = time;
  for (let i = 0; i < ranges.length; i += 1)
    if (ranges.start(i) <= time + 0.1 && ranges.end(i) > buffered) buffered = ranges.end(i);
  const waiting = !paused && !ended && video.readyState < HTMLMediaElement.HAVE_FUTURE_DATA;
  const duration = Number.isFinite(video.duration) ? video.duration : 0;
  return { paused, ended, waiting, time, duration, buffered, volume, muted, rate };
}

export function useMedia(ref: RefObject<HTMLVideoElement | null>): Media {
  const [media, set] = useState(NOTHING);
  useEffect(() => {
    const video = ref.current;
    if (video === null) return;
    const update = () => set(read(video));
    for (const event of EVENTS) video.addEventListener(event, update);
    update();
    return () => {
      for (const event of EVENTS) video.removeEventListener(event, update);
    };
  }, [ref]);
  return media;
}
