import { Keyboard } from "lucide-react";
import { Fragment } from "react";
import { useI18n } from "../i18n/I18n.tsx";
import { useTouch } from "../ui/useTouch.ts";

const KEYS = [
  ["play", ["Space", "K"]],
  ["seek", ["←", "→"]],
  ["seekFar", ["J", "L"]],
  ["jump", ["0", "9"]],
  ["volume", ["↑", "↓"]],
  ["mute", ["M"]],
  ["speed", ["<", ">"]],
  ["subtitles", ["C"]],
  ["fullscreen", ["F"]],
] as const;

export function Shortcuts() {
  const { t } = useI18n();
  if (useTouch()) return null;
  return (
    <details className="shortcuts">
      <summary>
        <Keyboard size={18} aria-hidden />
        {t.watch.keys}
      </summary>
      <dl>
        {KEYS.map(([name, keys]) => (
          <div key={name}>
            <dt>
              {keys.map((key) => (
                <Fragment key={key}>
                  <kbd>{key}</kbd>{" "}
                </Fragment>
              ))}
            </dt>
            <dd>{t.player.shortcuts[name]}</dd>
          </div>
        ))}
      </dl>
    </details>
  );
}
