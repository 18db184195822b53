import path from "node:path";
import { keepSecrets } from "./credentials.ts";
import { readGivenServers } from "./given-servers.ts";
import { startLeash } from "./leash.ts";
import { Ledger } from "./ledger.ts";
import { startPostgres } from "./postgres.ts";
import { planPostgresHome } from "./postgres-home.ts";
import { startRedisServer } from "./redis.ts";
import { type StoreAddress, startStore } from "./store.ts";

/** Loaded only where it is asked for: it takes longer than Redis does to start. */
export const importContainers = () => import("./containers.ts");

interface Stoppable {
  stop(): Promise<void>;
}

/**
 * The servers of one folder, each started when it is first asked for, and all ended together.
 * Should this process die in whatever way, they end with it.
 */
export class Parts {
  readonly ledger: Ledger;
  readonly #persistent: boolean;
  readonly #logs: string;
  readonly #given = readGivenServers(process.env);
  readonly #started: Stoppable[] = [];
  #database: Promise<string> | undefined;
  #redis: Promise<string> | undefined;
  #store: Promise<StoreAddress> | undefined;

  private constructor(ledger: Ledger, persistent: boolean, logs: string) {
    this.ledger = ledger;
    this.#persistent = persistent;
    this.#logs = logs;
  }

  /** `persistent`: data stay for the next time; else the folder goes at the end. Throws FolderInUseError. */
  static async open(dir: string, options: { persistent: boolean; logs?: string }): Promise<Parts> {
    const ledger = await Ledger.claim(dir);
    if (!options.persistent) ledger.removeLater(dir);
    startLeash(dir);
    return new Parts(ledger, options.persistent, options.logs ?? path.join(dir, "logs"));
  }

  /** A superuser's URL of the database `postgres`. */
  database(): Promise<string> {
    this.#database ??= this.#startDatabase();
    return this.#database;
  }

  redis(): Promise<string> {
    this.#redis ??= this.#startRedis();
    return this.#redis;
  }

  store(): Promise<StoreAddress> {
    this.#store ??= this.#startStore();
    return this.#store;
  }

  /** Ends everything. Can be called twice. */
  async stop(): Promise<void> {
    await Promise.allSettled([this.#database, this.#redis, this.#store]);
    await Promise.all(this.#started.map((part) => part.stop()));
    this.ledger.close();
  }

  #keep<T extends Stoppable>(part: T): T {
    this.#started.push(part);
    return part;
  }

  get #secrets() {
    const names = ["postgres", "accessKeyId", "secretAccessKey"] as const;
    return keepSecrets(path.join(this.ledger.dir, "secrets.json"), names);
  }

  async #startDatabase(): Promise<string> {
    if (this.#given.databaseUrl !== null) return this.#given.databaseUrl;
    const { dir } = this.ledger;
    const password = this.#secrets.postgres;
    if (this.#given.containers) {
      const { startPostgresContainer } = await importContainers();
      return this.#keep(await startPostgresContainer(this.ledger, { password })).url;
    }
    if (!this.#persistent) this.ledger.removeLater(planPostgresHome(dir).data);
    const logFile = path.join(this.#logs, "postgres.log");
    return this.#keep(await startPostgres(this.ledger, { dir, logFile, password })).url;
  }

  async #startRedis(): Promise<string> {
    if (this.#given.redisUrl !== null) return this.#given.redisUrl;
    if (this.#given.containers) {
      const { startRedisContainer } = await importContainers();
      return this.#keep(await startRedisContainer(this.ledger, { persistent: false })).url;
    }
    const options = {
      dir: path.join(this.ledger.dir, "redis"),
      logFile: path.join(this.#logs, "redis.log"),
      persistent: this.#persistent,
    };
    return this.#keep(await startRedisServer(this.ledger, options)).url;
  }

  async #startStore(): Promise<StoreAddress> {
    if (this.#given.store !== null) return this.#given.store;
    const { accessKeyId, secretAccessKey } = this.#secrets;
    const options = {
      dir: path.join(this.ledger.dir, "store"),
      logFile: path.join(this.#logs, "object-store.log"),
      credentials: { accessKeyId: accessKeyId.slice(0, 32), secretAccessKey },
    };
    return this.#keep(await startStore(this.ledger, options)).address;
  }
}
