import { type KeyboardEvent, type PointerEvent, useState } from "react";
import { clock } from "../i18n/format.ts";
import { useI18n } from "../i18n/I18n.tsx";
import { type Frame, frameAt } from "./storyboard.ts";
import type { Media } from "./useMedia.ts";

const PREVIEW_WIDTH = 176;
const PREVIEW_HEIGHT = 132;
const KEY_SECONDS = 5;
const FAR_SECONDS = 60;

interface Props {
  readonly media: Media;
  readonly frames: readonly Frame[];
  onSeek(time: number): void;
}

/** Where it plays; the pointer or a finger over it shows what is there. */
export function SeekBar({ media, frames, onSeek }: Props) {
  const { t } = useI18n();
  const [hover, setHover] = useState<{ time: number; ratio: number } | null>(null);
  const { duration, time, buffered } = media;
  const share = (value: number) => (duration > 0 ? Math.min(1, value / duration) : 0);

  function point(event: PointerEvent<HTMLElement>) {
    const box = event.currentTarget.getBoundingClientRect();
    const ratio = Math.min(1, Math.max(0, (event.clientX - box.left) / box.width));
    setHover(duration > 0 ? { ratio, time: ratio * duration } : null);
  }

  function key(event: KeyboardEvent) {
    const by = { ArrowRight: KEY_SECONDS, ArrowUp: KEY_SECONDS, ArrowLeft: -KEY_SECONDS, ArrowDown: -KEY_SECONDS };
    const far = { PageUp: FAR_SECONDS, PageDown: -FAR_SECONDS };
    const step = { ...by, ...far }[event.key];
    if (step === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    onSeek(Math.min(duration, Math.max(0, time + step)));
  }

  const frame = hover === null ? null : frameAt(frames, hover.time);
  return (
    <div
      className="seek"
      onPointerMove={point}
      onPointerDown={point}
      onPointerLeave={() => setHover(null)}
      onPointerUp={(event) => {
        if (event.pointerType !== "mouse") setHover(null);
      }}
    >
      <div className="seek-track">
        <div className="seek-buffered" style={{ transform: `scaleX(${share(buffered)})` }} />
        <div className="seek-played" style={{ transform: `scaleX(${share(time)})` }} />
      </div>
      <input
        type="range"
        className="seek-input"
        aria-label={t.player.seek}
        aria-valuetext={t.player.position(clock(time), clock(duration))}
        min={0}
        max={duration || 1}
        step={0.1}
        value={Math.min(time, duration || 1)}
        disabled={duration === 0}
        onChange={(event) => onSeek(event.currentTarget.valueAsNumber)}
        onKeyDown={key}
      />
      {hover !== null && (
        <div
          className="seek-preview"
          style={{ left: `clamp(${PREVIEW_WIDTH / 2}px, ${hover.ratio * 100}%, calc(100% - ${PREVIEW_WIDTH / 2}px))` }}
          aria-hidden
        >
          {frame !== null && <PreviewPicture frame={frame} />}
          <span>{clock(hover.time)}</span>
        </div>
      )}
    </div>
  );
}

function PreviewPicture({ frame }: { readonly frame: Frame }) {
  const scale = Math.min(PREVIEW_WIDTH / frame.width, PREVIEW_HEIGHT / frame.height);
  const size = { width: frame.width * scale, height: frame.height * scale };
  return (
    <div className="seek-picture" style={size} data-testid="preview">
      <div
        style={{
          width: frame.width,
          height: frame.height,
          transform: `scale(${scale})`,
          transformOrigin: "0 0",
          background: `url("${frame.url}") -${frame.x}px -${frame.y}px no-repeat`,
        }}
      />
    </div>
  );
}
