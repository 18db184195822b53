import { createContext, type ReactNode, useCallback, useContext, useEffect, useRef, useState } from "react";

const Context = createContext<(sentence: string) => void>(() => {});

/** Long enough for several ends at once to become one reading, short enough to be about what is on the screen. */
const GATHER_MS = 400;

/**
 * The one live region of the page. It is told what somebody waits for (done, failed), never percents: a screen
 * reader that reads every change is soon switched off.
 */
export function AnnouncerProvider({ children }: { readonly children: ReactNode }) {
  const [said, setSaid] = useState("");
  const waiting = useRef<string[]>([]);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const say = useCallback((sentence: string) => {
    waiting.current.push(sentence);
    clearTimeout(timer.current);
    timer.current = setTimeout(() => {
      setSaid(waiting.current.join(" "));
      waiting.current = [];
    }, GATHER_MS);
  }, []);
  useEffect(() => () => clearTimeout(timer.current), []);
  return (
    <Context value={say}>
      {children}
      <div className="sr-only" role="status" aria-live="polite" data-testid="announcer">
        {said}
      </div>
    </Context>
  );
}

/** Has a sentence read out by a screen reader when it has time. */
export const useSay = () => useContext(Context);
