import { existsSync, readFileSync, realpathSync } from "node:fs";
import path from "node:path";

/** A package as the walk sees it: its name, and where its dependencies are. */
export interface Package {
  name: string;
  /** Unique: two versions of one name are two packages. */
  id: string;
  dependencies: () => readonly Package[];
}

/** The ways from `start` to packages of these names, shortest first: "a > b > pg". Empty where there is none. */
export function waysTo(start: Package, forbidden: readonly string[]): string[] {
  const seen = new Set<string>([start.id]);
  const queue: { found: Package; way: string }[] = [{ found: start, way: start.name }];
  const ways: string[] = [];
  for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
    if (forbidden.includes(next.found.name)) ways.push(next.way);
    for (const dependency of next.found.dependencies()) {
      if (seen.has(dependency.id)) continue;
      seen.add(dependency.id);
      queue.push({ found: dependency, way: `${next.way} > ${dependency.name}` });
    }
  }
  return ways;
}

interface Manifest {
  name: string;
  dependencies?: Record<string, string>;
  optionalDependencies?: Record<string, string>;
  peerDependencies?: Record<string, string>;
}

/**
 * An installed package. What it declares is followed to where Node.js would find it; development dependencies are not
 * part of what runs, and an optional or peer dependency that is not installed is none.
 */
export function installedPackage(folder: string): Package {
  const id = realpathSync(folder);
  const manifest = JSON.parse(readFileSync(path.join(id, "package.json"), "utf8")) as Manifest;
  const required = Object.keys(manifest.dependencies ?? {});
  const optional = Object.keys({ ...manifest.optionalDependencies, ...manifest.peerDependencies });
  return {
    name: manifest.name,
    id,
    dependencies: () =>
      [...new Set([...required, ...optional])].flatMap((name) => {
        const found = resolveFrom(id, name);
        if (found !== null) return [installedPackage(found)];
        if (optional.includes(name)) return [];
        throw new Error(`${manifest.name} declares ${name}, which is not installed`);
      }),
  };
}

function resolveFrom(folder: string, name: string): string | null {
  const candidate = path.join(folder, "node_modules", name);
  if (existsSync(path.join(candidate, "package.json"))) return candidate;
  const parent = path.dirname(folder);
  return parent === folder ? null : resolveFrom(parent, name);
}
