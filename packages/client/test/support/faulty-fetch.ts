export interface Seen {
  readonly method: string;
  readonly url: URL;
}

/** What becomes of a request: this answer; its real answer, which is then lost; or, null, what becomes of it without us. */
type Verdict = Response | "lose answer" | null;

/** fetch, with a look at what is asked, and a word in it. A request is held until `interfere` has its verdict, or it is given up. */
export function watchedFetch(interfere: (seen: Seen) => Verdict | Promise<Verdict> = () => null) {
  const seen: Seen[] = [];
  const fetching = async (input: RequestInfo | URL, init?: RequestInit): Promise<Response> => {
    const asked = { method: init?.method ?? "GET", url: new URL(String(input)) };
    seen.push(asked);
    const verdict = await Promise.race([interfere(asked), givenUp(init?.signal)]);
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

/** Rejects as fetch does. */
function givenUp(signal: AbortSignal | null | undefined): Promise<never> {
  return new Promise((_, reject) => signal?.addEventListener("abort", () => reject(signal.reason), { once: true }));
}

/** Holds the part of this number the first time that it is sent. */
export function heldPart(number: number) {
  const asked = Promise.withResolvers<void>();
  const released = Promise.withResolvers<null>();
  const interfere = (seen: Seen) => {
    if (seen.method !== "PUT" || seen.url.searchParams.get("partNumber") !== String(number)) return null;
    asked.resolve();
    return released.promise;
  };
  /** `held` resolves when it is to be sent. */
  return { interfere, held: asked.promise, release: () => released.resolve(null) };
}

function partOf({ url }: Seen): number {
  return Number(url.searchParams.get("partNumber"));
}
