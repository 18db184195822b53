import { redisNow } from "./clock.ts";
import { type RedisLike, scripts } from "./scripts.ts";

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

/** Beside the mark: when the server was last known to hold everything, in epoch milliseconds of its own clock. */
export function epochBeatKey(of: EpochOf): string {
  return `${epochKey(of)}:beat`;
}

/**
 * Notes that the server holds everything up to now; gives that moment. Null, and nothing is noted, where the beat is
 * lower than the one `seen` before: the server came back with older data meanwhile. Throws what Redis throws.
 */
export async function beatEpoch(redis: RedisLike, of: EpochOf, seen: number | null): Promise<number | null> {
  const now = Number(await scripts.beatEpoch(redis, epochBeatKey(of), [seen ?? 0]));
  return now === 0 ? null : now;
}

/** What was last noted, and the server's present time; `beat` is null where nothing was. Throws what Redis throws. */
export async function readBeat(redis: RedisLike, of: EpochOf): Promise<{ beat: number | null; now: number }> {
  const [now, text] = await Promise.all([redisNow(redis), redis.get(epochBeatKey(of))]);
  const beat = Number(text ?? Number.NaN);
  return { beat: Number.isFinite(beat) ? beat : null, now };
}
