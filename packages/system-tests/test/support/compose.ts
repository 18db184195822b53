import { readFileSync } from "node:fs";
import path from "node:path";
import { parse } from "yaml";

export const ROOT = path.resolve(import.meta.dirname, "../../../..");

/** What these tests look at in a service of the compose file. */
export interface ComposeService {
  readonly image: string;
  readonly build?: { readonly context: string; readonly dockerfile: string; readonly target: string };
  readonly environment?: Readonly<Record<string, string>>;
  readonly ports?: readonly string[];
  readonly networks: readonly string[];
  readonly healthcheck?: object;
  readonly pull_policy?: string;
  readonly init?: boolean;
  readonly read_only?: boolean;
  readonly cap_drop?: readonly string[];
  readonly security_opt?: readonly string[];
  readonly tmpfs?: readonly string[];
  readonly stop_grace_period?: string;
  readonly privileged?: boolean;
}

/** As compose does it, with nothing in the environment. Throws for a variable that has no default. */
function fill(value: string): string {
  return value.replaceAll(/\$\{([A-Z0-9_]+)(?::-([^}]*))?\}/g, (_whole, name: string, fallback?: string) => {
    if (fallback === undefined) throw new Error(`docker-compose.yml wants ${name} and has no default for it`);
    return fallback;
  });
}

/** The compose file's services with every variable at its default. */
export function composeServices(): Readonly<Record<string, ComposeService>> {
  const text = readFileSync(path.join(ROOT, "docker-compose.yml"), "utf8");
  const filled = (_key: unknown, value: unknown) => (typeof value === "string" ? fill(value) : value);
  return (parse(text, filled, { merge: true }) as { services: Record<string, ComposeService> }).services;
}

interface Manifest {
  readonly dependencies?: Readonly<Record<string, string>>;
}

/** Folders (from the top of the tree) of a member and of the members it depends on at run time. */
export function membersOf(folder: string): Set<string> {
  const { dependencies = {} } = JSON.parse(readFileSync(path.join(ROOT, folder, "package.json"), "utf8")) as Manifest;
  const ours = Object.keys(dependencies).filter((name) => name.startsWith("@lectern/"));
  return new Set([folder, ...ours.flatMap((name) => [...membersOf(name.replace("@lectern", "packages"))])]);
}
