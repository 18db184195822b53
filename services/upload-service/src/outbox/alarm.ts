export interface Alarm {
  /** Resolves after `ms`, at the next {@link wake}, or at the end. */
  wait(ms: number): Promise<void>;
  wake: () => void;
  /** Resolves all waits, also those to come. */
  end: () => void;
}

/** A pause that can be cut short. Waiting keeps no process alive. */
export function createAlarm(): Alarm {
  const waiting = new Set<() => void>();
  let ended = false;
  const wake = (): void => {
    for (const over of [...waiting]) over();
  };

  return {
    wait(ms) {
      if (ended) return Promise.resolve();
      return new Promise((resolve) => {
        const timer = setTimeout(over, ms).unref();
        function over(): void {
          clearTimeout(timer);
          waiting.delete(over);
          resolve();
        }
        waiting.add(over);
      });
    },
    wake,
    end() {
      ended = true;
      wake();
    },
  };
}
