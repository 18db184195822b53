import { ProgressBar } from "react-aria-components";

interface Props {
  /** For screen readers: whose progress. */
  readonly label: string;
  /** 0-100; null where it cannot be told. */
  readonly percent: number | null;
  /** What a screen reader reads instead of the bare number. */
  readonly text: string;
  readonly tone?: "plain" | "held" | "warn" | "bad";
}

export function Bar({ label, percent, text, tone = "plain" }: Props) {
  const busy = percent === null;
  return (
    <ProgressBar
      className={`bar ${busy ? "busy" : tone}`}
      aria-label={label}
      isIndeterminate={busy}
      value={percent ?? 0}
      valueLabel={text}
    >
      <div className="bar-track">
        <div className="bar-fill" style={busy ? undefined : { transform: `scaleX(${(percent ?? 0) / 100})` }} />
      </div>
    </ProgressBar>
  );
}
