import type { ReactNode } from "react";
import { useI18n } from "../i18n/I18n.tsx";
import { Ago } from "../ui/Ago.tsx";
import { Bar } from "../ui/Bar.tsx";
import type { Tone } from "./describe.ts";

interface Props {
  readonly title: string;
  readonly level?: 2 | 3;
  /** A picture, or a sign of the kind of thing. */
  readonly art: ReactNode;
  readonly tone: Tone;
  readonly state: string;
  readonly stateIcon?: ReactNode;
  /** When it was sent, RFC 3339. */
  readonly at?: string;
  readonly detail?: string | null;
  readonly time?: string | null;
  /** Absent: no bar. null: a bar that cannot tell how far. */
  readonly percent?: number | null | undefined;
  readonly actions: ReactNode;
  /** Below everything else: a refusal, a choice. */
  readonly children?: ReactNode;
}

const TAG: Record<Tone, string> = { plain: "accent", good: "good", bad: "bad", warn: "warn", held: "" };

/** One lecture on its way: what it is, what it is doing, how far, how long still, and what can be done. */
export function Row({
  title,
  level = 3,
  art,
  tone,
  state,
  stateIcon,
  at,
  detail,
  time,
  percent,
  actions,
  children,
}: Props) {
  const { t, format } = useI18n();
  const shown = percent === undefined || percent === null ? null : format.percent(percent);
  const barTone = tone === "plain" || tone === "good" ? "plain" : tone;
  // Nothing but a line of facts: it needs less room.
  const isBrief = percent === undefined && tone !== "bad" && !children;
  const Title = level === 2 ? "h2" : "h3";
  return (
    <li className={isBrief ? "row brief" : "row"}>
      <div className="row-art" aria-hidden>
        {art}
      </div>
      <div className="row-head">
        <Title className="row-title" title={title}>
          {title}
        </Title>
        <span className={`tag ${TAG[tone]}`}>
          {stateIcon}
          {state}
        </span>
        {at !== undefined && (
          <span className="row-when">
            <Ago at={at} words={t.watch.uploaded} />
          </span>
        )}
      </div>
      <div className="row-actions">{actions}</div>
      <div className="row-body">
        {percent !== undefined && (
          <div className="row-progress">
            <Bar
              label={t.work.progressOf(title)}
              percent={percent}
              text={[shown, state, detail, time].filter(Boolean).join(", ")}
              tone={barTone}
            />
            {shown !== null && <span className="row-percent">{shown}</span>}
          </div>
        )}
        {(detail || time) && (
          <p className={`row-facts ${tone}`}>
            {detail && <span>{detail}</span>}
            {time && <span className="row-time">{time}</span>}
          </p>
        )}
        {children}
      </div>
    </li>
  );
}
