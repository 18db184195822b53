import type { ReactNode } from "react";
import { Button as AriaButton, type ButtonProps } from "react-aria-components";

interface Props extends Omit<ButtonProps, "className" | "children"> {
  readonly kind?: "plain" | "primary" | "danger" | "quiet";
  readonly small?: boolean;
  readonly children: ReactNode;
}

const names = (...parts: readonly (string | false)[]) => parts.filter(Boolean).join(" ");

export function Button({ kind = "plain", small = false, children, ...props }: Props) {
  return (
    <AriaButton {...props} className={names("button", kind !== "plain" && kind, small && "small")}>
      {children}
    </AriaButton>
  );
}

interface IconProps extends Omit<ButtonProps, "className" | "children" | "aria-label"> {
  /** What it does: there is no other text. */
  readonly label: string;
  readonly small?: boolean;
  readonly children: ReactNode;
}

export function IconButton({ label, small = false, children, ...props }: IconProps) {
  return (
    <AriaButton {...props} aria-label={label} className={names("button quiet icon", small && "small")}>
      {children}
    </AriaButton>
  );
}
