import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import type { Ledger } from "./ledger.ts";
import { type ProcessIdentity, stopProcess } from "./process-identity.ts";
import { tailOf } from "./server-process.ts";
import type { ServiceSpec } from "./service-specs.ts";
import { spawnService } from "./spawn-service.ts";

const READY_MS = 60_000;
const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 10_000;
/** A service that ran this long was healthy: its next restart comes without delay again. */
const HEALTHY_MS = 30_000;

export interface SupervisorEvents {
  /** A service has another pid, or none. */
  readonly onChange: () => void;
  readonly say: (line: string) => void;
}

/** One service: started, started again whenever it dies, and ended in the end. */
export class SupervisedService {
  readonly spec: ServiceSpec;
  readonly #ledger: Ledger;
  readonly #logFile: string;
  readonly #events: SupervisorEvents;
  readonly #ending = new AbortController();
  #running: { readonly child: ChildProcess; readonly identity: ProcessIdentity } | null = null;
  #pauseMs = FIRST_PAUSE_MS;
  #restarting: Promise<void> = Promise.resolve();

  constructor(spec: ServiceSpec, ledger: Ledger, logFile: string, events: SupervisorEvents) {
    this.spec = spec;
    this.#ledger = ledger;
    this.#logFile = logFile;
    this.#events = events;
  }

  /** null while it is down */
  get pid(): number | null {
    return this.#running?.identity.pid ?? null;
  }

  /** Starts it and waits until it is ready. Throws with the end of its log where it ends before that. */
  async start(): Promise<void> {
    const { child } = this.#spawn();
    // Heard from now on: it may end in the moment in which it is found to be ready.
    const exited = once(child, "exit");
    await this.#untilReady(child);
    this.#supervise(exited);
  }

  /** SIGTERM, then SIGKILL after its grace. Returns when it is gone, and it stays so. */
  async stop(): Promise<void> {
    this.#ending.abort();
    await this.#restarting;
    if (this.#running !== null) await stopProcess(this.#running.identity, "SIGTERM", this.spec.graceMs);
  }

  #spawn(): { child: ChildProcess; identity: ProcessIdentity } {
    const { child, entry } = spawnService(this.#ledger, this.spec, this.#logFile);
    this.#running = { child, identity: entry };
    this.#events.onChange();
    return this.#running;
  }

  async #untilReady(child: ChildProcess): Promise<void> {
    const deadline = Date.now() + READY_MS;
    while (Date.now() < deadline && !this.#ending.signal.aborted) {
      if (child.exitCode !== null || child.signalCode !== null) break;
      const answer = await fetch(this.spec.readyUrl, { signal: AbortSignal.timeout(2_000) }).catch(() => null);
      await answer?.body?.cancel();
      if (answer?.status === 200) return;
      await sleep(50);
    }
    throw new Error(`${this.spec.name} did not become ready. The end of its log:\n${tailOf(this.#logFile)}`);
  }

  #supervise(exited: Promise<(number | string | null)[]>): void {
    const startedAt = Date.now();
    void exited.then(([code, signal]) => {
      this.#running = null;
      if (this.#ending.signal.aborted) return;
      this.#events.onChange();
      if (Date.now() - startedAt > HEALTHY_MS) this.#pauseMs = FIRST_PAUSE_MS;
      this.#events.say(`${this.spec.name} ended (${signal ?? `exit code ${code}`}), starting it again`);
      this.#restarting = this.#restart();
    });
  }

  async #restart(): Promise<void> {
    const pause = this.#pauseMs;
    this.#pauseMs = Math.min(2 * pause, LONGEST_PAUSE_MS);
    await sleep(pause, undefined, { signal: this.#ending.signal }).catch(() => {});
    if (this.#ending.signal.aborted) return;
    try {
      this.#supervise(once(this.#spawn().child, "exit"));
    } catch (error) {
      this.#events.say(`${this.spec.name} could not be started: ${String(error)}`);
      this.#restarting = this.#restart();
    }
  }
}
