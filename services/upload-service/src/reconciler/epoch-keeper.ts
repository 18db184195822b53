import { beatEpoch, type EpochOf, markEpoch, type RedisLike, readBeat, readEpoch } from "@lectern/keys";

/** Notices a Redis that has lost its data, without being told: it then lacks the mark that it carried. */
export interface EpochKeeper {
  /** Whether the server holds no mark, or another than before. @throws when it cannot be asked */
  wasEmptied(): Promise<boolean>;
  /** Says that what was lost has been made good: from now on the server counts as whole again. */
  settle(): Promise<void>;
  /**
   * How many seconds of writes the server may lack, 0 where none: it may have come back with older data, as after a
   * failover or from an old dump, the mark among them. @throws when it cannot be asked
   */
  secondsBehind(): Promise<number>;
  /**
   * Says that the server holds everything up to now. Does nothing where it came back with older data since
   * `secondsBehind` looked: that is found by the next look, of any process.
   */
  beat(): Promise<void>;
}

/** Beats come every few seconds, so what is older than this was not beaten into this data, or nobody was there to beat. */
const STALE_MS = 60_000;
/** Processes beat at the same time, and not quite in order. */
const DISORDER_MS = 1_000;

/**
 * The mark is set only once the loss was made good: whoever breaks off before leaves it to be found again.
 * A server that never had a mark counts as emptied too: it may have been replaced while nobody looked.
 */
export function createEpochKeeper(redis: RedisLike, of: EpochOf): EpochKeeper {
  let known: string | null = null;
  let lastBeat = Number.NEGATIVE_INFINITY;
  let seen: number | null = null;
  return {
    async wasEmptied() {
      const mark = await readEpoch(redis, of);
      if (mark !== null && known === null) known = mark;
      return mark === null || mark !== known;
    },
    async settle() {
      known = await markEpoch(redis, of, crypto.randomUUID());
      seen = null;
    },
    async secondsBehind() {
      const { beat, now } = await readBeat(redis, of);
      seen = beat;
      if (beat === null) return 0;
      const [ageMs, backMs] = [now - beat, lastBeat - beat];
      lastBeat = Math.max(lastBeat, beat);
      return ageMs > STALE_MS || backMs > DISORDER_MS ? Math.ceil(Math.max(ageMs, backMs) / 1_000) : 0;
    },
    async beat() {
      lastBeat = (await beatEpoch(redis, of, seen)) ?? lastBeat;
    },
  };
}
