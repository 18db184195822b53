import { Maximize, Minimize, Pause, PictureInPicture2, Play, RotateCcw, Volume1, Volume2, VolumeX } from "lucide-react";
import { type RefObject, useEffect, useState } from "react";
import { clock } from "../i18n/format.ts";
import { useI18n } from "../i18n/I18n.tsx";
import { IconButton } from "../ui/Button.tsx";
import type { Engine, Tracks } from "./engine.ts";
import { SeekBar } from "./SeekBar.tsx";
import { Settings } from "./Settings.tsx";
import type { Frame } from "./storyboard.ts";
import type { Media } from "./useMedia.ts";

export interface ControlsProps {
  readonly box: RefObject<HTMLDivElement | null>;
  readonly video: RefObject<HTMLVideoElement | null>;
  readonly engine: RefObject<Engine | null>;
  readonly media: Media;
  readonly tracks: Tracks;
  readonly frames: readonly Frame[];
  toggle(): void;
  seek(time: number): void;
  fullscreen(): void;
  setVolume(volume: number): void;
  setMuted(muted: boolean): void;
  setRate(rate: number): void;
  setSubtitle(id: number): void;
}

function useFullscreen(): boolean {
  const [full, set] = useState(false);
  useEffect(() => {
    const update = () => set(document.fullscreenElement !== null);
    document.addEventListener("fullscreenchange", update);
    return () => document.removeEventListener("fullscreenchange", update);
  }, []);
  return full;
}

export function Controls(props: ControlsProps) {
  const { t } = useI18n();
  const { media, video } = props;
  const full = useFullscreen();
  const PlayIcon = media.ended ? RotateCcw : media.paused ? Play : Pause;
  const silent = media.muted || media.volume === 0;
  const VolumeIcon = silent ? VolumeX : media.volume < 0.5 ? Volume1 : Volume2;
  return (
    <div className="controls">
      <SeekBar media={media} frames={props.frames} onSeek={props.seek} />
      <div className="controls-row">
        <IconButton
          label={media.ended ? t.player.replay : media.paused ? t.player.play : t.player.pause}
          onPress={props.toggle}
        >
          <PlayIcon size={22} fill={media.ended ? "none" : "currentColor"} aria-hidden />
        </IconButton>
        <div className="volume">
          <IconButton label={silent ? t.player.unmute : t.player.mute} onPress={() => props.setMuted(!silent)}>
            <VolumeIcon size={20} aria-hidden />
          </IconButton>
          <input
            type="range"
            aria-label={t.player.volume}
            min={0}
            max={1}
            step={0.05}
            value={silent ? 0 : media.volume}
            onChange={(event) => props.setVolume(event.currentTarget.valueAsNumber)}
            onKeyDown={(event) => event.stopPropagation()}
          />
        </div>
        <span className="controls-time">
          {clock(media.time)} <span>/ {clock(media.duration)}</span>
        </span>
        <span className="controls-gap" />
        <Settings {...props} full={full} />
        {document.pictureInPictureEnabled && (
          <IconButton
            label={t.player.pip}
            onPress={() => {
              const toggled =
                document.pictureInPictureElement === null
                  ? video.current?.requestPictureInPicture()
                  : document.exitPictureInPicture();
              toggled?.catch(() => {});
            }}
          >
            <PictureInPicture2 size={20} aria-hidden />
          </IconButton>
        )}
        <IconButton label={full ? t.player.exitFullscreen : t.player.fullscreen} onPress={props.fullscreen}>
          {full ? <Minimize size={20} aria-hidden /> : <Maximize size={20} aria-hidden />}
        </IconButton>
      </div>
    </div>
  );
}
