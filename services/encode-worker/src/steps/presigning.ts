import { RunFailed } from "../endings.ts";
import type { EncodeStep } from "../run-context.ts";

/** The object that "upload complete" saw. */
export interface Source {
  key: string;
  etag: string;
  size: number;
}

/** Finds the source and makes sure that it is still the file whose upload was confirmed. */
export const presigning: EncodeStep<void, Source> = {
  name: "presigning",
  async run(context) {
    const { source } = await context.confirm();
    if (source === null) throw new RunFailed("SOURCE_MISSING", "The video's row names no source object");
    const found = await context.retry(() => context.store.head(source.key, { signal: context.signal }));
    if (found.kind === "missing") throw new RunFailed("SOURCE_MISSING", `${source.key} is not in the store`);
    if (found.etag !== source.etag)
      throw new RunFailed("SOURCE_CHANGED", `${source.key} has the ETag ${found.etag} instead of ${source.etag}`);
    return { key: source.key, etag: source.etag, size: found.size };
  },
};
