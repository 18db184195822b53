import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { signDevToken } from "@lectern/local-stack";

export function newSecret(): string {
  return randomBytes(32).toString("hex");
}

/** A token of a user of the tenant. */
export function tokenOf(tenantId: number, secret: string): Promise<string> {
  const secrets = { jwt: secret, internalJwt: secret, ticket: secret, playback: secret };
  return signDevToken(secrets, { audience: "media-api", subject: "bench", tenantId, ttlSeconds: 3_600 });
}

/** @throws with what to do, where a process may open fewer files than that many connections need */
export function demandOpenFiles(connections: number): void {
  const needed = connections + 500;
  const [, soft = "0"] = /Max open files\s+(\S+)/.exec(readFileSync("/proc/self/limits", "utf8")) ?? [];
  if (soft !== "unlimited" && Number(soft) < needed)
    throw new Error(`A process may open ${soft} files here and ${needed} are needed: run "ulimit -n ${needed}" first.`);
}
