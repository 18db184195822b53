export interface Seen {
  readonly method: string;
  readonly url: URL;
}

/**
 * fetch, with a look at what is asked, and a word in it: what `interfere` gives is the answer, null lets it through.
 * `after`: it is asked once the real answer is there, which is then lost.
 */
export function watchedFetch(interfere: (seen: Seen) => Response | "lose answer" | null = () => null) {
  const seen: Seen[] = [];
  const fetching = async (input: RequestInfo | URL, init?: RequestInit): Promise<Response> => {
    const asked = { method: init?.method ?? "GET", url: new URL(String(input)) };
    seen.push(asked);
    const verdict = interfere(asked);
    if (verdict instanceof Response) return verdict;
    const answer = await fetch(input, init);
    if (verdict === null) return answer;
    await answer.arrayBuffer();
    throw new TypeError("the line was cut");
  };
  const parts = () =>
    seen
      .filter(({ method, url }) => method === "PUT" && url.searchParams.has("partNumber"))
      .map(partOf)
      .toSorted();
  return { fetch: fetching as typeof fetch, seen, parts };
}

function partOf({ url }: Seen): number {
  return Number(url.searchParams.get("partNumber"));
}
