/** What @fastify/cors would have set, for the answers that are given before any hook runs. */
export function corsHeaders(origin: string | undefined, origins: readonly string[]): Record<string, string> {
  if (origins.includes("*")) return { "access-control-allow-origin": "*" };
  // The origin is one of ours, so nothing that a caller made up is sent back.
  if (origin === undefined || !origins.includes(origin)) return {};
  return { "access-control-allow-origin": origin, vary: "Origin" };
}
