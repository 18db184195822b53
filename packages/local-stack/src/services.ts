import { rmSync } from "node:fs";
import path from "node:path";
import type { Ledger } from "./ledger.ts";
import { planServices, SERVICE_NAMES, type ServiceName, type SystemParts, type SystemUrls } from "./service-specs.ts";
import { SupervisedService } from "./supervised-service.ts";

/** The services of one system, each started again whenever it dies. */
export interface Services {
  readonly urls: SystemUrls;
  /** The pids of each service; none while it is being started again, or where it was left out. */
  processes(): Record<ServiceName, number[]>;
  /** Ends them, the worker first, while it can still hand its work back. Can be called twice. */
  stop(): Promise<void>;
}

export interface ServicesOptions {
  /** Notes the processes, so that none outlives its owner. */
  readonly ledger: Ledger;
  /** Where each service's log goes, as `<name>.log`. */
  readonly logs: string;
  /** Called whenever `processes()` changes. */
  readonly onChange: () => void;
  /** Told when a service died and is started again. */
  readonly say: (line: string) => void;
  /** Default: all of them. */
  readonly only?: readonly ServiceName[];
}

/** Starts the services on free ports and returns when each is ready. */
export async function startServices(parts: SystemParts, options: ServicesOptions): Promise<Services> {
  const { urls, specs } = await planServices(parts);
  const services = new Map<ServiceName, SupervisedService>();
  const stop = async () => {
    await services.get("encode-worker")?.stop();
    await Promise.all([...services.values()].map((service) => service.stop()));
  };
  for (const spec of specs) {
    if (options.only !== undefined && !options.only.includes(spec.name)) continue;
    const logFile = path.join(options.logs, `${spec.name}.log`);
    rmSync(logFile, { force: true });
    services.set(spec.name, new SupervisedService(spec, options.ledger, logFile, options));
  }
  try {
    await Promise.all([...services.values()].map((service) => service.start()));
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    urls,
    processes: () => {
      const pids = SERVICE_NAMES.map((name) => [name, [services.get(name)?.pid ?? []].flat()] as const);
      return Object.fromEntries(pids) as Record<ServiceName, number[]>;
    },
    stop,
  };
}
