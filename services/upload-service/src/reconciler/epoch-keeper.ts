import { type EpochOf, markEpoch, type RedisLike, readEpoch } from "@lectern/keys";

/** Notices a Redis that has lost its data, without being told: it then lacks the mark that it carried. */
export interface EpochKeeper {
  /** Whether the server holds no mark, or another than before. @throws when it cannot be asked */
  wasEmptied(): Promise<boolean>;
  /** Says that what was lost has been made good: from now on the server counts as whole again. */
  settle(): Promise<void>;
}

/**
 * The mark is set only once the loss was made good: whoever breaks off before leaves it to be found again.
 * A server that never had a mark counts as emptied too: it may have been replaced while nobody looked.
 */
export function createEpochKeeper(redis: RedisLike, of: EpochOf): EpochKeeper {
  let known: string | null = null;
  return {
    async wasEmptied() {
      const mark = await readEpoch(redis, of);
      if (mark !== null && known === null) known = mark;
      return mark === null || mark !== known;
    },
    async settle() {
      known = await markEpoch(redis, of, crypto.randomUUID());
    },
  };
}
