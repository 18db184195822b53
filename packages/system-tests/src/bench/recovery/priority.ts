import { readFileSync } from "node:fs";
import { constants, setPriority } from "node:os";

/**
 * Leaves an encoder no more than what the services do not need. Several encodes at once would keep a small machine so busy
 * that the start of a process takes longer than what is measured; whoever runs workers gives each its processors. Where
 * children cannot be looked up (no /proc), nothing happens.
 */
export function yieldTheProcessor(worker: number | null): void {
  if (worker === null) return;
  try {
    const children = readFileSync(`/proc/${worker}/task/${worker}/children`, "utf8").trim().split(" ");
    for (const child of children.filter(Boolean)) setPriority(Number(child), constants.priority.PRIORITY_LOW);
  } catch {
    // The encoder has not begun, or has ended.
  }
}
