import { useEffect, useState } from "react";

/** The time in ms, again every `everyMs`: for "5 minutes ago". */
export function useNow(everyMs = 30_000): number {
  const [now, set] = useState(Date.now);
  useEffect(() => {
    const timer = setInterval(() => set(Date.now()), everyMs);
    return () => clearInterval(timer);
  }, [everyMs]);
  return now;
}
