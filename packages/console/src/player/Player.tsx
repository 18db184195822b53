import type { Playback } from "@lectern/client";
import { Play } from "lucide-react";
import { useCallback, useEffect, useRef, useState } from "react";
import { useI18n } from "../i18n/I18n.tsx";
import { keep, kept } from "../kept.ts";
import { Controls } from "./Controls.tsx";
import { type Engine, NO_TRACKS, startEngine, type Tracks } from "./engine.ts";
import { commandOf, speedAfter } from "./keys.ts";
import { PlayerFault } from "./PlayerFault.tsx";
import { useMedia } from "./useMedia.ts";
import { useStoryboard } from "./useStoryboard.ts";
import "../styles/player.css";

/** The controls go when nothing has moved for so long. */
const IDLE_MS = 2_500;

interface Props {
  readonly title: string;
  readonly playback: Playback;
  /** Asks for a new address: the old one has run out, or the stream broke. */
  onAgain(): void;
  /** Told the position in seconds, some times a second. */
  onTime?(time: number): void;
  /** Takes a function that goes to a moment. */
  readonly seekRef?: { current: ((time: number) => void) | null };
}

/** A player for one lecture. Keys work wherever the focus is on the page, unless something there wants them itself. */
export function Player({ title, playback, onAgain, onTime, seekRef }: Props) {
  const { t } = useI18n();
  const box = useRef<HTMLDivElement>(null);
  const video = useRef<HTMLVideoElement>(null);
  const engine = useRef<Engine>(null);
  const resumeAt = useRef(0);
  const lastSubtitle = useRef(0);
  const [tracks, setTracks] = useState<Tracks>(NO_TRACKS);
  const [broken, setBroken] = useState(false);
  const [idle, setIdle] = useState(false);
  const media = useMedia(video);
  const frames = useStoryboard(playback.storyboard_url);

  useEffect(() => {
    const element = video.current;
    if (element === null) return;
    setBroken(false);
    element.volume = Number(kept("volume") ?? 1);
    element.defaultPlaybackRate = Number(kept("speed") ?? 1) || 1;
    const started = startEngine(element, playback.url, resumeAt.current, {
      onTracks: setTracks,
      onFatal: () => {
        resumeAt.current = element.currentTime;
        setBroken(true);
      },
    });
    engine.current = started;
    return () => {
      resumeAt.current = element.currentTime;
      started.destroy();
    };
  }, [playback.url]);

  const seek = useCallback((time: number) => {
    if (video.current !== null) video.current.currentTime = time;
  }, []);
  useEffect(() => {
    if (seekRef !== undefined) seekRef.current = seek;
  }, [seek, seekRef]);
  useEffect(() => onTime?.(media.time), [media.time, onTime]);

  const toggle = useCallback(() => {
    const element = video.current;
    if (element === null) return;
    if (!element.paused) element.pause();
    else void element.play().catch(() => {}); // its events tell what became of it
  }, []);
  const fullscreen = useCallback(() => {
    if (document.fullscreenElement !== null) void document.exitFullscreen();
    else if (box.current?.requestFullscreen) void box.current.requestFullscreen().catch(() => {});
    // iPhones show only the video itself on the full screen.
    else (video.current as { webkitEnterFullscreen?: () => void } | null)?.webkitEnterFullscreen?.();
  }, []);
  const setVolume = useCallback((volume: number) => {
    if (video.current === null) return;
    video.current.volume = Math.min(1, Math.max(0, volume));
    video.current.muted = false;
    keep("volume", String(video.current.volume));
  }, []);
  const setMuted = useCallback((muted: boolean) => {
    if (video.current !== null) video.current.muted = muted;
  }, []);
  const setRate = useCallback((rate: number) => {
    if (video.current === null) return;
    video.current.playbackRate = rate;
    keep("speed", String(rate));
  }, []);
  const setSubtitle = useCallback((id: number) => {
    if (id >= 0) lastSubtitle.current = id;
    engine.current?.setSubtitle(id);
  }, []);

  // Keys: by reference to the present state, so that they are listened for once.
  const act = useRef((_event: KeyboardEvent) => {});
  act.current = (event) => {
    const element = video.current;
    if (element === null || event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
    const target = event.target as HTMLElement;
    if (target.closest('input:not([type="range"]), textarea, select, [role="menu"], [role="dialog"]') !== null) return;
    if (event.key === " " && target.closest("button, a, [role='button']") !== null) return;
    const command = commandOf(event);
    if (command === null) return;
    event.preventDefault();
    setIdle(false);
    switch (command.kind) {
      case "toggle":
        return toggle();
      case "mute":
        return setMuted(!element.muted);
      case "fullscreen":
        return fullscreen();
      case "subtitles":
        return setSubtitle(tracks.subtitle >= 0 ? -1 : lastSubtitle.current);
      case "seek":
        return seek(Math.min(element.duration, Math.max(0, element.currentTime + command.by)));
      case "jump":
        return seek(element.duration * command.share);
      case "volume":
        return setVolume(element.volume + command.by);
      case "speed":
        return setRate(speedAfter(element.playbackRate, command.by));
    }
  };
  useEffect(() => {
    const listen = (event: KeyboardEvent) => act.current(event);
    document.addEventListener("keydown", listen);
    return () => document.removeEventListener("keydown", listen);
  }, []);

  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const wake = useCallback(() => {
    setIdle(false);
    clearTimeout(timer.current);
    timer.current = setTimeout(() => setIdle(true), IDLE_MS);
  }, []);
  useEffect(() => () => clearTimeout(timer.current), []);

  return (
    // biome-ignore lint/a11y/useSemanticElements: a group of controls around a video is no fieldset
    <div
      ref={box}
      className={`player ${idle && !media.paused ? "idle" : ""}`}
      role="group"
      aria-label={t.player.label(title)}
      onPointerMove={wake}
      onFocus={wake}
    >
      {/* biome-ignore lint/a11y/useMediaCaption: a lecture's subtitles come with its stream, where it has some */}
      <video
        ref={video}
        playsInline
        preload="auto"
        crossOrigin="anonymous"
        poster={playback.poster_url ?? undefined}
        aria-label={title}
        onClick={toggle}
        onDoubleClick={fullscreen}
      />
      {media.paused && media.time === 0 && !media.waiting && !broken && (
        <span className="player-start" aria-hidden>
          <Play size={30} fill="currentColor" />
        </span>
      )}
      {media.waiting && !broken && <div className="player-waiting" role="status" aria-label={t.player.loading} />}
      {broken && <PlayerFault onAgain={onAgain} />}
      <Controls
        box={box}
        video={video}
        media={media}
        tracks={tracks}
        frames={frames}
        engine={engine}
        toggle={toggle}
        seek={seek}
        fullscreen={fullscreen}
        setVolume={setVolume}
        setMuted={setMuted}
        setRate={setRate}
        setSubtitle={setSubtitle}
      />
    </div>
  );
}
