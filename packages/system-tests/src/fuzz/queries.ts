import { oneOf, type Random } from "../faults/random.ts";
import { EVIL_IDS } from "./evil.ts";
import type { Route } from "./routes.ts";
import { type Academy, missingId, type Named } from "./world.ts";

interface Query {
  /** With its question mark, or nothing. */
  readonly text: string;
  readonly named: Named | null;
}

interface Academies {
  readonly mine: Academy;
  readonly other: Academy;
}

const encode = (text: string) => encodeURIComponent(text.toWellFormed());

/** What the route reads, right or wrong, or what no route reads. */
export function queryFor(random: Random, { template, method }: Route, academies: Academies): Query {
  if (template.endsWith("/videos/progress/")) return batch(random, academies);
  if (template.startsWith("/internal/") && method === "GET") {
    // A service may see whom it names: so it names no other, or nobody.
    const tenant = random() < 0.9 ? String(academies.mine.tenant) : oneOf(random, ["", "0", "-1", "x", "1e3", "\0"]);
    return { text: `?tenant_id=${encode(tenant)}`, named: null };
  }
  const wanted = method === "GET" && template.endsWith("/media/videos/") ? 0.7 : 0.05;
  if (random() > wanted) return { text: "", named: null };
  const names = ["status", "q", "created_after", "created_before", "limit", "cursor", "ids", "tenant_id", "__proto__"];
  const pairs = Array.from({ length: oneOf(random, [1, 1, 2, 3]) }, () => {
    const name = names[Math.floor(random() * names.length)] ?? "q";
    return `${name}=${encode(valueFor(random, name, academies))}`;
  });
  return { text: `?${pairs.join("&")}`, named: null };
}

function valueFor(random: Random, name: string, { mine, other }: Academies): string {
  if (random() < 0.4) return oneOf(random, EVIL_IDS);
  if (name === "status") return oneOf(random, ["READY", "PENDING,FAILED", "ready", "READY,", "ALL"]);
  if (name === "limit") return oneOf(random, ["1", "3", "100", "101", "0", "-1", "9999"]);
  if (name === "cursor") return Buffer.from(String(other.still[0])).toString("base64url");
  if (name.startsWith("created_")) return oneOf(random, ["2026-02-30T00:00:00Z", "2020-01-01T00:00:00Z", "now", "0"]);
  return oneOf(random, [other.marker.slice(0, 6), mine.marker, "%", "_", "\\", "Lecture", String(other.tenant)]);
}

function batch(random: Random, { mine, other }: Academies): Query {
  const own = () => String(mine.still[Math.floor(random() * mine.still.length)]);
  const foreign = String(other.still[Math.floor(random() * other.still.length)]);
  return oneOf<() => Query>(random, [
    () => ({ text: `?ids=${own()},${own()}`, named: null }),
    () => ({
      text: `?ids=${own()},${foreign}`,
      named: { kind: "foreign", text: foreign, missing: String(missingId(random)) },
    }),
    () => ({ text: `?ids=${encode(oneOf(random, EVIL_IDS))},${own()}`, named: null }),
    () => ({ text: `?ids=${Array.from({ length: 101 }, own).join()}`, named: null }),
    () => ({ text: `?ids=${own()}&ids=${own()}`, named: null }),
    () => ({ text: `?ids[]=${own()}&id=1`, named: null }),
    () => ({ text: "", named: null }),
  ])();
}
