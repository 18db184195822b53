import { Settings2 } from "lucide-react";
import { useState } from "react";
import { Menu, MenuTrigger, Popover } from "react-aria-components";
import { useI18n } from "../i18n/I18n.tsx";
import { IconButton } from "../ui/Button.tsx";
import { MenuChoices } from "../ui/Menu.tsx";
import type { ControlsProps } from "./Controls.tsx";
import { SPEEDS } from "./keys.ts";

/** On a phone: the bar of pages at the bottom and the head of the page are left free. */
const BARS_PX = 72;
/** Less is no menu: then it may be over the bars. */
const LEAST_PX = 240;

/** How high a menu at the player's lower edge may be; undefined where the whole window is free. */
function roomBeside(player: HTMLElement | null): number | undefined {
  if (player === null || !matchMedia("(max-width: 640px)").matches) return undefined;
  const { bottom } = player.getBoundingClientRect();
  const room = Math.max(innerHeight - bottom - BARS_PX, bottom - 2 * BARS_PX);
  return room < LEAST_PX ? undefined : room;
}

/** Quality, speed, subtitles and sound track: what there is only one of is not asked. */
export function Settings({
  box,
  engine,
  media,
  tracks,
  setRate,
  setSubtitle,
  full,
}: ControlsProps & { full: boolean }) {
  const { t, locale } = useI18n();
  const quality = (height: number) => `${height}p`;
  const playing = tracks.levels.find(({ id }) => id === tracks.playingLevel);
  const auto = playing === undefined ? t.player.auto : t.player.autoNow(quality(playing.height));
  const named = (name: string, lang: string, id: number) => {
    if (name !== "") return name;
    const known = lang === "" ? undefined : new Intl.DisplayNames(locale, { type: "language" }).of(lang);
    return known ?? t.player.track(id + 1);
  };
  const speed = (rate: number) => (rate === 1 ? t.player.normal : `${rate}×`);
  const [room, setRoom] = useState<number>();
  return (
    <MenuTrigger onOpenChange={(isOpen) => isOpen && setRoom(roomBeside(box.current))}>
      <IconButton label={t.player.settings}>
        <Settings2 size={20} aria-hidden />
      </IconButton>
      <Popover
        className="popover"
        placement="top end"
        offset={8}
        {...(room !== undefined && { maxHeight: room })}
        // On the full screen nothing is seen but the player.
        {...(full && box.current !== null && { UNSTABLE_portalContainer: box.current })}
      >
        <Menu className="menu" aria-label={t.player.settings}>
          {tracks.levels.length > 1 && (
            <MenuChoices
              title={t.player.quality}
              value={String(tracks.level)}
              onChange={(id) => engine.current?.setLevel(Number(id))}
              choices={[
                { value: "-1", label: tracks.level === -1 ? auto : t.player.auto },
                ...tracks.levels
                  .toSorted((one, other) => other.height - one.height)
                  .map(({ id, height }) => ({ value: String(id), label: quality(height) })),
              ]}
            />
          )}
          {tracks.subtitles.length > 0 && (
            <MenuChoices
              title={t.player.subtitles}
              value={String(tracks.subtitle)}
              onChange={(id) => setSubtitle(Number(id))}
              choices={[
                { value: "-1", label: t.player.off },
                ...tracks.subtitles.map(({ id, name, lang }) => ({ value: String(id), label: named(name, lang, id) })),
              ]}
            />
          )}
          {tracks.sounds.length > 1 && (
            <MenuChoices
              title={t.player.sound}
              value={String(tracks.sound)}
              onChange={(id) => engine.current?.setSound(Number(id))}
              choices={tracks.sounds.map(({ id, name, lang }) => ({ value: String(id), label: named(name, lang, id) }))}
            />
          )}
          <MenuChoices
            title={t.player.speed}
            value={String(media.rate)}
            onChange={(rate) => setRate(Number(rate))}
            choices={SPEEDS.map((rate) => ({ value: String(rate), label: speed(rate) }))}
          />
        </Menu>
      </Popover>
    </MenuTrigger>
  );
}
