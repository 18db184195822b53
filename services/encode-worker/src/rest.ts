import type { Logger } from "@lectern/service-kit";

export interface RestOptions {
  /** From here on nothing more is taken. */
  pause: () => void;
  resume: () => void;
  /** What keeps this machine from working; null where nothing does any more. */
  findFault: () => Promise<string | null>;
  logger: Logger;
  /** The first pause, in milliseconds. */
  firstMs?: number;
}

/**
 * Keeps a worker whose machine is at fault from the queue. Without it such a worker would be the fastest of all: it
 * hands each job back in a moment and takes the next.
 */
export interface Rest {
  /** A run ended by a fault of the machine. */
  begin(): void;
  /** A run got through: the next fault is a new one. */
  recovered(): void;
  active(): boolean;
  /** Ends the pause without taking anything up again; the scratch is no longer touched when it resolves. */
  stop(): Promise<void>;
}

const FIRST_MS = 5_000;
/** The longest pause is so many of the first one. */
const LONGEST = 12;

/** Pauses grow with each fault that follows another, and each ends only once the machine is found fit. */
export function createRest({ pause, resume, findFault, logger, firstMs = FIRST_MS }: RestOptions): Rest {
  let faults = 0;
  let timer: NodeJS.Timeout | undefined;
  let resting = false;
  let looking = Promise.resolve();

  function wait(fault: string | null): void {
    const pauseMs = firstMs * Math.min(LONGEST, 2 ** faults);
    faults += 1;
    logger.warn({ pause_ms: pauseMs, fault }, "this machine is at fault: no job is taken");
    timer = setTimeout(() => {
      looking = look();
    }, pauseMs);
  }

  async function look(): Promise<void> {
    const fault = await findFault();
    if (!resting) return;
    if (fault !== null) return wait(fault);
    resting = false;
    logger.info("taking jobs again");
    resume();
  }

  return {
    begin() {
      if (resting) return;
      resting = true;
      pause();
      wait(null);
    },
    recovered() {
      faults = 0;
    },
    active: () => resting,
    async stop() {
      resting = false;
      clearTimeout(timer);
      await looking;
    },
  };
}
