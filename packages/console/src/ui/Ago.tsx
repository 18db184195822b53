import { useI18n } from "../i18n/I18n.tsx";
import { useNow } from "./useNow.ts";

/** How long ago something was; the moment itself for who points at it. */
export function Ago({ at, words = (when) => when }: { readonly at: string; words?(when: string): string }) {
  const { format } = useI18n();
  const now = useNow();
  return (
    <time dateTime={at} title={format.date(at)}>
      {words(format.ago(at, now))}
    </time>
  );
}
