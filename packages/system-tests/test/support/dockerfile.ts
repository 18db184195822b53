export interface Instruction {
  readonly name: string;
  readonly text: string;
}

/** What an image is made by, oldest first: the instructions of the stage and of those it builds upon. */
export type Stages = ReadonlyMap<string, readonly Instruction[]>;

/** Reads as much of a Dockerfile as ours uses: named stages, continued lines, comments. */
export function parseDockerfile(text: string): Stages {
  const lines = text
    .replaceAll(/^#.*\n/gm, "")
    .replaceAll("\\\n", " ")
    .split("\n");
  const stages = new Map<string, Instruction[]>();
  let current: Instruction[] = [];
  for (const line of lines) {
    const [, name, rest] = /^([A-Z]+)\s+(.*)$/.exec(line) ?? [];
    if (name === undefined || rest === undefined) continue;
    const [, from, stage] = (name === "FROM" && /^(\S+) AS (\S+)$/.exec(rest)) || [];
    if (from !== undefined && stage !== undefined) {
      current = [...(stages.get(from) ?? [])];
      stages.set(stage, current);
    } else current.push({ name, text: rest });
  }
  return stages;
}

/** Every `NAME=value` that the stage's ENV instructions set. */
export function environmentOf(stage: readonly Instruction[]): Record<string, string> {
  const pairs = stage.flatMap(({ name, text }) => (name === "ENV" ? text.trim().split(/\s+/) : []));
  return Object.fromEntries(pairs.map((pair) => [pair.slice(0, pair.indexOf("=")), pair.slice(pair.indexOf("=") + 1)]));
}

/** The text of the last instruction of that name: the one that counts. */
export function last(stage: readonly Instruction[], name: string): string | undefined {
  return stage.findLast((instruction) => instruction.name === name)?.text;
}
