import type { RedisLike } from "./scripts.ts";

/** The servers whose loss of data is noticed: they may be two, and each has a mark of its own. */
export type EpochOf = "state" | "queue";

/** The mark that a server carries for as long as it keeps its data. */
export function epochKey(of: EpochOf): string {
  return `media:epoch:${of}`;
}

/** The server's mark; null where it holds none, since it is new or has lost its data. Throws what Redis throws. */
export async function readEpoch(redis: RedisLike, of: EpochOf): Promise<string | null> {
  return redis.get(epochKey(of));
}

/** Marks a server that holds no mark; gives the mark that is there, whoever set it. Throws what Redis throws. */
export async function markEpoch(redis: RedisLike, of: EpochOf, mark: string): Promise<string> {
  await redis.set(epochKey(of), mark, "NX");
  return (await redis.get(epochKey(of))) ?? mark;
}
