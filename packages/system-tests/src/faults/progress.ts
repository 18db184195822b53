import type { Scene } from "./scene.ts";

const EVERY_MS = 30_000;

/** Says every half minute how far a run is, until the function that it gives is called. */
export function tellProgress(scene: Scene, count: () => string, say: (line: string) => void): () => void {
  const tell = async (): Promise<void> => {
    const { rows } = await scene.database.query<{ what: string }>(
      "SELECT concat(count(*), ' ', status) AS what FROM videos GROUP BY status ORDER BY status",
    );
    say([count(), ...rows.map(({ what }) => what)].join(", "));
  };
  const timer = setInterval(() => void tell().catch(() => {}), EVERY_MS);
  return () => clearInterval(timer);
}
