import autocannon from "autocannon";

const CONNECTIONS = 50;

export interface Load {
  perSecond: number;
  p99Ms: number;
  /** Processor time of the server for one answer, microseconds. */
  cpuMicros: number;
}

/**
 * Asks for `paths` over and over, shared out over the connections: each has its own share of many, and all have the
 * same few. @throws if anything but a 200 came back, since a refusal is quicker than an answer.
 */
export async function measure(options: {
  url: string;
  token: string;
  paths: readonly string[];
  seconds: number;
  /** Processor time that the server has used so far, microseconds. */
  cpuUsed: () => Promise<number>;
}): Promise<Load> {
  const share = Math.max(100, Math.ceil(options.paths.length / CONNECTIONS));
  let connection = 0;
  const usedBefore = await options.cpuUsed();
  const result = await autocannon({
    url: options.url,
    connections: CONNECTIONS,
    duration: options.seconds,
    headers: { authorization: `Bearer ${options.token}` },
    setupClient: (client) => {
      const first = connection * share;
      connection += 1;
      client.setRequests(
        Array.from({ length: share }, (_, index) => ({
          path: options.paths[(first + index) % options.paths.length] ?? "/",
        })),
      );
    },
  });
  if (result["2xx"] === 0 || result.non2xx > 0 || result.errors > 0)
    throw new Error(
      `${options.paths[0]}: ${result["2xx"]} answers, ${result.non2xx} refusals, ${result.errors} errors`,
    );
  const used = (await options.cpuUsed()) - usedBefore;
  return {
    perSecond: result["2xx"] / result.duration,
    p99Ms: result.latency.p99,
    cpuMicros: used / result["2xx"],
  };
}

/** Asks once for each of `paths`. */
export async function askAll(url: string, token: string, paths: readonly string[]): Promise<void> {
  const headers = { authorization: `Bearer ${token}` };
  for (let first = 0; first < paths.length; first += CONNECTIONS) {
    const some = paths.slice(first, first + CONNECTIONS);
    await Promise.all(some.map(async (path) => (await fetch(url + path, { headers })).arrayBuffer()));
  }
}
