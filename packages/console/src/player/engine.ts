import Hls, { type ErrorData } from "hls.js";

/** What can be chosen while a lecture plays; -1 is "automatic" or "off". */
export interface Tracks {
  readonly levels: readonly { readonly id: number; readonly height: number; readonly bitrate: number }[];
  /** Chosen by the viewer; -1 leaves it to the player. */
  readonly level: number;
  /** Being played. */
  readonly playingLevel: number;
  readonly sounds: readonly { readonly id: number; readonly name: string; readonly lang: string }[];
  readonly sound: number;
  readonly subtitles: readonly { readonly id: number; readonly name: string; readonly lang: string }[];
  readonly subtitle: number;
}

export const NO_TRACKS: Tracks = {
  levels: [],
  level: -1,
  playingLevel: -1,
  sounds: [],
  sound: -1,
  subtitles: [],
  subtitle: -1,
};

export interface Engine {
  setLevel(id: number): void;
  setSound(id: number): void;
  setSubtitle(id: number): void;
  destroy(): void;
}

export interface EngineEvents {
  onTracks(tracks: Tracks): void;
  /** Playing has ended for good: the address must be asked for anew, or the stream is broken. */
  onFatal(): void;
}

const ASKED_AGAIN_MS = 3_000;

function withHls(video: HTMLVideoElement, url: string, at: number, events: EngineEvents): Engine {
  // The segments are fMP4 already: there is nothing to convert that would be worth a worker, and its blob: address a hole in the policy.
  const hls = new Hls({ enableWorker: false, startPosition: at, capLevelToPlayerSize: true, backBufferLength: 60 });
  let mendedAt = Number.NEGATIVE_INFINITY;
  const tell = () =>
    events.onTracks({
      levels: hls.levels.map(({ height, bitrate }, id) => ({ id, height, bitrate })).filter(({ height }) => height > 0),
      level: hls.autoLevelEnabled ? -1 : hls.nextLevel,
      playingLevel: hls.currentLevel,
      sounds: hls.audioTracks.map(({ name, lang }, id) => ({ id, name, lang: lang ?? "" })),
      sound: hls.audioTrack,
      subtitles: hls.subtitleTracks.map(({ name, lang }, id) => ({ id, name, lang: lang ?? "" })),
      subtitle: hls.subtitleDisplay ? hls.subtitleTrack : -1,
    });
  for (const event of [
    Hls.Events.MANIFEST_PARSED,
    Hls.Events.LEVEL_SWITCHED,
    Hls.Events.AUDIO_TRACKS_UPDATED,
    Hls.Events.AUDIO_TRACK_SWITCHED,
    Hls.Events.SUBTITLE_TRACKS_UPDATED,
    Hls.Events.SUBTITLE_TRACK_SWITCH,
  ] as const)
    hls.on(event, tell);
  hls.on(Hls.Events.ERROR, (_event, { fatal, type }: ErrorData) => {
    if (!fatal) return;
    const now = performance.now();
    if (type === Hls.ErrorTypes.MEDIA_ERROR && now - mendedAt > ASKED_AGAIN_MS) {
      mendedAt = now;
      hls.recoverMediaError();
    } else events.onFatal();
  });
  hls.loadSource(url);
  hls.attachMedia(video);
  return {
    setLevel(id) {
      hls.nextLevel = id;
      tell();
    },
    setSound(id) {
      hls.audioTrack = id;
      tell();
    },
    setSubtitle(id) {
      hls.subtitleDisplay = id >= 0;
      hls.subtitleTrack = id;
      tell();
    },
    destroy: () => hls.destroy(),
  };
}

/** Where the browser plays HLS itself and gives no Media Source: iPhones. Quality is its own affair there. */
function natively(video: HTMLVideoElement, url: string, at: number, events: EngineEvents): Engine {
  const texts = () => [...video.textTracks].filter(({ kind }) => kind === "subtitles" || kind === "captions");
  const tell = () =>
    events.onTracks({
      ...NO_TRACKS,
      subtitles: texts().map(({ label, language }, id) => ({ id, name: label, lang: language })),
      subtitle: texts().findIndex(({ mode }) => mode === "showing"),
    });
  const begin = () => {
    if (at > 0) video.currentTime = at;
    tell();
  };
  video.addEventListener("loadedmetadata", begin);
  video.addEventListener("error", events.onFatal);
  video.textTracks.addEventListener("addtrack", tell);
  video.src = url;
  return {
    setLevel() {},
    setSound() {},
    setSubtitle(id) {
      for (const [index, track] of texts().entries()) track.mode = index === id ? "showing" : "disabled";
      tell();
    },
    destroy() {
      video.removeEventListener("loadedmetadata", begin);
      video.removeEventListener("error", events.onFatal);
      video.textTracks.removeEventListener("addtrack", tell);
      video.removeAttribute("src");
      video.load();
    },
  };
}

/** Plays `url` in the element, from `at` seconds on. */
export function startEngine(video: HTMLVideoElement, url: string, at: number, events: EngineEvents): Engine {
  return (Hls.isSupported() ? withHls : natively)(video, url, at, events);
}
