import type { TestSystem } from "@lectern/local-stack";

export type Api = "upload" | "progress" | "internal";

export interface Route {
  readonly api: Api;
  readonly method: string;
  /** As the service's own document has it, with `{id}` and `{job_id}`. */
  readonly template: string;
  /** Whether it is behind a token. */
  readonly guarded: boolean;
}

/** Answers that have no end: the caller would wait for it. */
const ENDLESS = /\/(stream|ws)$/;
const OPEN = ["/healthz", "/readyz", "/metrics", "/openapi.json"];

/** Every route that the services themselves document, and those of their operation. */
export async function routesOf({ urls }: Pick<TestSystem, "urls">): Promise<readonly [Route, ...Route[]]> {
  const lists = await Promise.all(
    (["upload", "progress", "internal"] as const).map(async (api): Promise<Route[]> => {
      const answer = await fetch(`${urls[api]}/openapi.json`);
      const { paths } = (await answer.json()) as { paths: Record<string, Record<string, unknown>> };
      const documented = Object.entries(paths).flatMap(([template, methods]) =>
        ENDLESS.test(template)
          ? []
          : Object.keys(methods).map((method) => ({ api, method: method.toUpperCase(), template, guarded: true })),
      );
      return [...documented, ...OPEN.map((template) => ({ api, method: "GET", template, guarded: false }))];
    }),
  );
  const [first, ...others] = lists.flat();
  if (first === undefined) throw new Error("The services document no route.");
  return [first, ...others];
}
