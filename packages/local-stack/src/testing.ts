import { randomBytes, randomInt } from "node:crypto";
import { Client } from "pg";
import { Parts } from "./parts.ts";
import { newRunFolder } from "./run-folder.ts";
import type { StoreAddress } from "./store.ts";
import { readTools } from "./tools.ts";

/** Set by the test runner: the servers that all test files share, as JSON of SharedServers. */
export const SHARED_SERVERS_VARIABLE = "LECTERN_TEST_STACK";

export interface SharedServers {
  readonly databaseUrl: string;
  readonly redisUrl: string;
  readonly s3: StoreAddress;
}

export interface TestStack extends SharedServers {
  readonly ffmpeg: string;
  readonly ffprobe: string;
  /** null where this machine has no browser */
  readonly chromium: string | null;
}

let own: Promise<Parts> | undefined;

/** This process's own servers, in a folder that goes with it: nobody has to end them, the leash does. */
export function ownParts(): Promise<Parts> {
  own ??= newRunFolder("part").then((dir) => Parts.open(dir, { persistent: false }));
  return own;
}

function sharedServers(): SharedServers | null {
  const text = process.env[SHARED_SERVERS_VARIABLE];
  return text === undefined ? null : (JSON.parse(text) as SharedServers);
}

/** The runner's servers; in a test file that is run by hand, servers of its own, which end with the process. */
export async function testStack(): Promise<TestStack> {
  const { ffmpeg, ffprobe, chromium } = readTools();
  const shared = sharedServers();
  if (shared !== null) return { ...shared, ffmpeg, ffprobe, chromium };
  const parts = await ownParts();
  const [databaseUrl, redisUrl, s3] = await Promise.all([parts.database(), parts.redis(), parts.store()]);
  return { databaseUrl, redisUrl, s3, ffmpeg, ffprobe, chromium };
}

async function onServer(url: string, statement: string): Promise<void> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}

/** An empty database of one's own. `drop` ends connections that are still open. */
export async function createDatabase(): Promise<{ readonly url: string; drop(): Promise<void> }> {
  const server = sharedServers()?.databaseUrl ?? (await (await ownParts()).database());
  const name = `test_${randomBytes(8).toString("hex")}`;
  await onServer(server, `CREATE DATABASE ${name}`);
  const url = new URL(server);
  url.pathname = `/${name}`;
  return { url: url.href, drop: () => onServer(server, `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`) };
}

/** A tenant that no other test uses. */
export function randomTenant(): number {
  return randomInt(1, 2 ** 47);
}
