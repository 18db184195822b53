import type { Totals } from "./totals.ts";
import { readTotals } from "./totals.ts";

interface OpenSubtest {
  readonly name: string;
  readonly failuresBefore: number;
}

const RESULT = /^(ok|not ok) \d+(?: - (.*?))?(?: # (time|SKIP|TODO)=?\s*(.*?))?(?: \{)?$/;
/** Parts of a failure's description that say nothing which the stack does not. */
const NOISE = new Set(["at", "source", "stdio", "cwd", "externalID", "command", "args", "jobId", "test"]);

/**
 * Turns the TAP stream of a run into what a person wants to see: a line a file, each failed assertion with its
 * description, and in the end which tests were left out and why.
 */
export class Digest {
  readonly #print: (line: string) => void;
  readonly #open: OpenSubtest[] = [];
  #failures = 0;
  /** The next description belongs to a failure that was just printed. */
  #keepNext = false;
  #describing: { readonly indent: string; keep: boolean } | null = null;
  #file = "";
  /** "file > test: reason" */
  readonly skipped: string[] = [];
  /** null until the stream has ended in the regular way */
  totals: Totals | null = null;

  constructor(print: (line: string) => void) {
    this.#print = print;
  }

  /** Takes the next line of the stream. */
  line(text: string): void {
    if (this.#describing !== null) {
      this.#describe(text, this.#describing);
      return;
    }
    const depth = (/^(?: {4})*/.exec(text)?.[0].length ?? 0) / 4;
    const content = text.slice(depth * 4);
    const subtest = /^# Subtest: (.*)$/.exec(content)?.[1];
    if (subtest !== undefined) this.#enter(depth, subtest);
    else if (content.startsWith("  ---")) this.#describing = { indent: `${" ".repeat(depth * 4)}  `, keep: false };
    else if (depth === 0 && content.startsWith("# {")) this.totals = readTotals(content);
    else {
      const result = RESULT.exec(content);
      if (result !== null) this.#result(depth, result[1] === "ok", result[2] ?? "", result[3], result[4] ?? "");
    }
  }

  #enter(depth: number, name: string): void {
    this.#open.length = depth;
    this.#open.push({ name, failuresBefore: this.#failures });
    if (depth === 0) this.#file = name;
  }

  #result(depth: number, ok: boolean, name: string, mark: string | undefined, detail: string): void {
    const subtest = this.#open[depth]?.name === name ? this.#open[depth] : undefined;
    const path = [...this.#open.slice(0, depth).map((open) => open.name), name].join(" > ");
    this.#open.length = Math.min(this.#open.length, depth);
    if (mark === "SKIP" || mark === "TODO") this.skipped.push(`${path}: ${detail || "no reason given"}`);
    else if (!ok && (subtest === undefined || subtest.failuresBefore === this.#failures)) {
      this.#failures += 1;
      this.#print(`FAILED  ${path}`);
      this.#keepNext = true;
    }
    if (depth > 0) return;
    const took = mark === "time" ? `${Math.round(Number.parseFloat(detail))} ms` : detail;
    this.#print(`${ok ? "ok    " : "not ok"}  ${name || this.#file}  ${took}`);
  }

  #describe(text: string, block: { readonly indent: string; keep: boolean }): void {
    const line = text.slice(block.indent.length);
    if (line === "...") {
      this.#describing = null;
      this.#keepNext = false;
      return;
    }
    const key = /^(\w+):/.exec(line)?.[1];
    if (key !== undefined) block.keep = this.#keepNext && !NOISE.has(key);
    if (block.keep && text !== "") this.#print(`        ${line}`);
  }
}
