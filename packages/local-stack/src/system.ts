import path from "node:path";
import { Client } from "pg";
import { type DevSecrets, devSecrets } from "./dev-secrets.ts";
import type { ServiceName, SystemUrls } from "./service-specs.ts";
import { startServices } from "./services.ts";
import { type Stack, type StackOptions, startStack } from "./stack.ts";
import { readTools } from "./tools.ts";

/** The three services on a stack of their own. */
export interface System {
  readonly urls: SystemUrls;
  /** Of the database that the upload-service works with. */
  readonly databaseUrl: string;
  readonly stack: Stack;
  /** What signs the tokens that the services accept. */
  readonly secrets: DevSecrets;
  /** The pids of each service; none while it is being started again. */
  processes(): Record<ServiceName, number[]>;
  /** Ends the services (the worker first, while it can still hand its work back), then the servers. */
  stop(): Promise<void>;
}

export interface SystemOptions extends StackOptions {
  /** Called whenever `processes()` changes after the start. */
  readonly onChange?: (system: System) => void;
  /** Told when a service died and is started again. */
  readonly say?: (line: string) => void;
}

async function ownDatabase(serverUrl: string): Promise<string> {
  const client = new Client({ connectionString: serverUrl });
  await client.connect();
  try {
    const { rowCount } = await client.query("SELECT FROM pg_database WHERE datname = 'lectern'");
    if (rowCount === 0) await client.query("CREATE DATABASE lectern");
  } finally {
    await client.end();
  }
  const url = new URL(serverUrl);
  url.pathname = "/lectern";
  return url.href;
}

/** Starts everything and returns when every service is ready. */
export async function startSystem(options: SystemOptions): Promise<System> {
  const { ffmpeg, ffprobe } = readTools();
  const secrets = devSecrets();
  const stack = await startStack(options);
  try {
    const databaseUrl = process.env.DATABASE_URL ? stack.databaseUrl : await ownDatabase(stack.databaseUrl);
    const scratchDir = path.join(options.dir, "scratch");
    const parts = { databaseUrl, redisUrl: stack.redisUrl, s3: stack.s3, ffmpeg, ffprobe, secrets, scratchDir };
    let system: System | null = null;
    const services = await startServices(parts, {
      ledger: stack.ledger,
      logs: options.logs ?? path.join(options.dir, "logs"),
      onChange: () => {
        if (system !== null) options.onChange?.(system);
      },
      say: options.say ?? (() => {}),
    });
    system = {
      urls: services.urls,
      databaseUrl,
      stack,
      secrets,
      processes: services.processes,
      stop: async () => {
        await services.stop();
        await stack.stop();
      },
    };
    return system;
  } catch (error) {
    await stack.stop();
    throw error;
  }
}
