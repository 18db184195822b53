import { useEffect } from "react";
import { useI18n } from "../i18n/I18n.tsx";

/** The tab's name, and the first thing that a screen reader says of a page. */
export function usePageTitle(title: string | null): void {
  const { t } = useI18n();
  useEffect(() => {
    document.title = title === null ? t.app.name : `${title} · ${t.app.name}`;
  }, [title, t]);
}
