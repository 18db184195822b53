import type { ReactNode } from "react";

interface Props {
  readonly icon: ReactNode;
  readonly title: string;
  readonly text: string;
  readonly bad?: boolean;
  readonly level?: 1 | 2;
  /** What to do about it. */
  readonly children?: ReactNode;
}

/** A place where nothing can be shown, said so that it is clear why and what to do next. */
export function Empty({ icon, title, text, bad = false, level = 2, children }: Props) {
  const Title = level === 1 ? "h1" : "h2";
  return (
    <div className={bad ? "empty bad" : "empty"} role={bad ? "alert" : undefined}>
      <span className="empty-mark" aria-hidden>
        {icon}
      </span>
      <Title>{title}</Title>
      <p>{text}</p>
      {children}
    </div>
  );
}
