import type { Http } from "../http.ts";
import { Live } from "./live.ts";
import { Shared } from "./shared.ts";
import type { Sink, Source, Wanted } from "./source.ts";

/**
 * The tabs of one account share their connections, where the browser can do it. Who the account is the token tells, so
 * it begins with the first wish.
 * @param base of progress-service, with /api/v1
 */
export function makeSource(http: Http, base: string, sink: Sink): Source {
  const makeLive = (own: Sink) => new Live(http, base, own);
  if (!Shared.isPossible) return makeLive(sink);
  let wanted: Wanted | null = null;
  let source: Source | null = null;
  let closed = false;

  async function begin(): Promise<void> {
    // Without a token each tab is by itself, and its own connections say what is wrong.
    const account = await http.account().catch(() => null);
    if (closed) return;
    source =
      account === null ? makeLive(sink) : new Shared(`lectern:watch:${base}:${account}:${http.locale}`, makeLive, sink);
    if (wanted !== null) source.want(wanted);
  }
  return {
    want(next) {
      const isFirst = wanted === null;
      if (isFirst && next.keys.size === 0 && !next.tenant) return;
      wanted = next;
      if (isFirst) void begin();
      else source?.want(next);
    },
    close() {
      closed = true;
      source?.close();
    },
  };
}
