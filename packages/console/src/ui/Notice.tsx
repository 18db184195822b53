import type { ReactNode } from "react";

interface Props {
  readonly tone?: "plain" | "bad" | "warn";
  readonly icon?: ReactNode;
  readonly title?: string;
  /** Read out at once, since it answers what somebody has just done. */
  readonly alert?: boolean;
  readonly children: ReactNode;
}

export function Notice({ tone = "plain", icon, title, alert = false, children }: Props) {
  return (
    <div className={`notice ${tone}`} role={alert ? "alert" : undefined}>
      {icon}
      <div className="notice-body">
        {title !== undefined && <strong>{title}</strong>}
        {children}
      </div>
    </div>
  );
}
