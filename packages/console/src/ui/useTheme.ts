import { useState } from "react";
import { keep, kept } from "../kept.ts";

export type Theme = "system" | "light" | "dark";

function current(): Theme {
  const theme = kept("theme");
  return theme === "light" || theme === "dark" ? theme : "system";
}

export function useTheme(): [Theme, (theme: Theme) => void] {
  const [theme, set] = useState(current);
  return [
    theme,
    (next) => {
      keep("theme", next === "system" ? null : next);
      if (next === "system") delete document.documentElement.dataset.theme;
      else document.documentElement.dataset.theme = next;
      set(next);
    },
  ];
}
