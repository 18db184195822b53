/**
 * Calls `over` when `ms` are over and what had arrived by then was read. Of a process that was held up the timers come
 * first: by one alone, Redis would count as silent though its answer lies there.
 */
export function whenOver(ms: number, over: () => void): NodeJS.Timeout {
  return setTimeout(() => setImmediate(over), ms);
}
