import { oneOf, type Random } from "../faults/random.ts";

export type Header = readonly [name: string, value: string];

/** Headers that the routes read, and some that they must not care about; well-formed HTTP all of them. */
const KINDS: readonly [(random: Random) => Header[], ...((random: Random) => Header[])[]] = [
  (random) => [
    ["accept-language", oneOf(random, ["en", "ko", "*", "en;q=0", "x".repeat(2_000), ",,;;q=", "fr, en;q=2"])],
  ],
  (random) => [
    ["if-none-match", oneOf(random, ["*", '""', 'W/"x"', "x", '"a", "b"', `"${"x".repeat(4_000)}"`, "\u00e9"])],
  ],
  (random) => [["origin", oneOf(random, ["null", "https://evil.example", "http://a b", "x".repeat(3_000), "*"])]],
  (random) => [["accept", oneOf(random, ["text/html", "application/xml", "text/event-stream", "*/*;q=0", "nonsense"])]],
  (random) => [["last-event-id", oneOf(random, ["1.1.1", "x", "9".repeat(400), "1.1", "-1.-1.-1"])]],
  (random) => [["x-request-id", oneOf(random, ["x".repeat(1_000), "%{jndi:ldap}", "1"])]],
  (random) => [["range", oneOf(random, ["bytes=0-0", "bytes=-1", "x"])]],
  (random) => [["x-http-method-override", oneOf(random, ["DELETE", "PUT"])]],
  (random) => [["cookie", oneOf(random, ["a=b", "x".repeat(5_000), "__proto__=1"])]],
  () => [
    ["x-forwarded-for", "127.0.0.1"],
    ["x-forwarded-host", "evil.example"],
    ["x-forwarded-proto", "https"],
  ],
  () => [
    ["x-tenant-id", "1"],
    ["tenant_id", "1"],
  ],
  () => [
    ["accept-language", "en"],
    ["accept-language", "ko"],
  ],
  () => [
    ["origin", "https://a.example"],
    ["origin", "https://b.example"],
  ],
  () => [["connection", "close"]],
  () => [["expect", "100-continue"]],
  () => [
    ["connection", "Upgrade"],
    ["upgrade", "h2c"],
  ],
  () => [["__proto__", "x"]],
  () => [["content-encoding", "gzip"]],
  () => [["x-many", "y".repeat(9_000)]],
];

/** None for half of the calls, else one to three kinds. */
export function oddHeaders(random: Random): Header[] {
  if (random() < 0.5) return [];
  return Array.from({ length: oneOf(random, [1, 1, 2, 3]) }, () => oneOf(random, KINDS)(random)).flat();
}
