import { createContext, type ReactNode, useCallback, useContext, useEffect, useMemo, useState } from "react";
import { I18nProvider as AriaI18nProvider } from "react-aria-components";
import { keep } from "../kept.ts";
import { en, type Messages } from "./en.ts";
import { createFormat, type Format, type Locale } from "./format.ts";
import { ko } from "./ko.ts";

export interface I18n {
  readonly locale: Locale;
  readonly t: Messages;
  readonly format: Format;
  setLocale(locale: Locale): void;
}

const MESSAGES: Record<Locale, Messages> = { ko, en };
const Context = createContext<I18n | null>(null);

/** The language was settled before the first paint (public/boot.js): the choice that was kept, else the browser's. */
const initial = (): Locale => (document.documentElement.lang === "ko" ? "ko" : "en");

export function I18nProvider({ children }: { readonly children: ReactNode }) {
  const [locale, set] = useState(initial);
  const setLocale = useCallback((next: Locale) => {
    keep("locale", next);
    set(next);
  }, []);
  useEffect(() => {
    document.documentElement.lang = locale;
  }, [locale]);
  const value = useMemo<I18n>(() => {
    const t = MESSAGES[locale];
    return { locale, t, format: createFormat(locale, t.time), setLocale };
  }, [locale, setLocale]);
  return (
    <AriaI18nProvider locale={locale}>
      <Context value={value}>{children}</Context>
    </AriaI18nProvider>
  );
}

export function useI18n(): I18n {
  const value = useContext(Context);
  if (value === null) throw new Error("useI18n outside of I18nProvider");
  return value;
}
