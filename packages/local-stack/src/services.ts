import type { ChildProcess } from "node:child_process";
import { readFileSync, rmSync } from "node:fs";
import path from "node:path";
import type { Ledger } from "./ledger.ts";
import {
  planServices,
  SERVICE_NAMES,
  type ServiceName,
  type ServiceSpec,
  type SystemParts,
  type SystemUrls,
} from "./service-specs.ts";
import { spawnService } from "./spawn-service.ts";
import { SupervisedService } from "./supervised-service.ts";

/** The services of one system, each started again whenever it dies. */
export interface Services {
  readonly urls: SystemUrls;
  /** The pids of each service; none while it is being started again, or where it was left out. */
  processes(): Record<ServiceName, number[]>;
  /** null while it is down; `index` says which of several of the name, from 0. */
  pidOf(name: ServiceName, index?: number): number | null;
  /**
   * Starts one more process of a service that nobody starts again, as a batch platform does with `--once`: its end is the
   * caller's to see, and it ends with its owner at the latest.
   */
  launch(name: ServiceName, request: Launch): Launched;
  /** Ends them, the worker first, while it can still hand its work back. Can be called twice. */
  stop(): Promise<void>;
}

export interface Launch {
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** Name of its log, without the ending. */
  readonly log: string;
}

export interface Launched {
  readonly child: ChildProcess;
  /** What has been logged under this name so far. */
  log(): string;
}

export interface ServicesOptions {
  /** Notes the processes, so that none outlives its owner. */
  readonly ledger: Ledger;
  /** Where each service's log goes, as `<name>.log`; a second one's as `<name>-2.log`. */
  readonly logs: string;
  /** Called whenever `processes()` changes. */
  readonly onChange: () => void;
  /** Told when a service died and is started again. */
  readonly say: (line: string) => void;
  /** Default: all of them. */
  readonly only?: readonly ServiceName[];
}

/** @param index which one of several of the same name, from 0 */
export function logFileOf(logs: string, name: ServiceSpec["name"], index: number): string {
  return path.join(logs, index === 0 ? `${name}.log` : `${name}-${index + 1}.log`);
}

/** Starts the services on free ports and returns when each is ready. */
export async function startServices(parts: SystemParts, options: ServicesOptions): Promise<Services> {
  const { urls, specs } = await planServices(parts);
  const services: SupervisedService[] = [];
  const named = (name: ServiceSpec["name"]) => services.filter(({ spec }) => spec.name === name);
  const stop = async () => {
    await Promise.all(named("encode-worker").map((service) => service.stop()));
    await Promise.all(services.map((service) => service.stop()));
  };
  for (const spec of specs) {
    if (options.only?.every((name) => name !== spec.name)) continue;
    const logFile = logFileOf(options.logs, spec.name, named(spec.name).length);
    rmSync(logFile, { force: true });
    services.push(new SupervisedService(spec, options.ledger, logFile, options));
  }
  try {
    await Promise.all(services.map((service) => service.start()));
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    urls,
    processes: () => {
      const pids = SERVICE_NAMES.map((name) => [name, named(name).flatMap(({ pid }) => pid ?? [])] as const);
      return Object.fromEntries(pids) as Record<ServiceName, number[]>;
    },
    pidOf: (name, index = 0) => named(name)[index]?.pid ?? null,
    launch(name, { args, env, log }) {
      const spec = specs.find((each) => each.name === name);
      if (spec === undefined) throw new Error(`There is no ${name} to start.`);
      const other = { ...spec, env: { ...spec.env, ...env } };
      const file = path.join(options.logs, `${log}.log`);
      const { child } = spawnService(options.ledger, other, file, args);
      return { child, log: () => readFileSync(file, "utf8") };
    },
    stop,
  };
}
