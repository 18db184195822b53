/** The set-up is plain JavaScript, so that it runs before anything is installed; here is what the tests use of it. */
export interface Versions {
  parseVersion(text: string): number[] | null;
  atLeast(version: readonly number[] | null, minimum: readonly number[]): boolean;
}

export interface Lock {
  withLock<T>(file: string, onWait: () => void, work: () => Promise<T>): Promise<T>;
}

export interface Commands {
  packageManagerEnvironment(node: string): Record<string, string | undefined>;
  findProgram(name: string, searchPath?: string): string | null;
  mustRun(what: string, advice: string, command: string, args: readonly string[]): Promise<string>;
  persistently<T>(
    attempt: () => Promise<T>,
    options: { isFinal?: (error: Error) => boolean; pausesMs: readonly number[]; tell: (line: string) => void },
  ): Promise<T>;
}

export interface Report {
  readonly SetupError: new (message: string) => Error;
}

export async function load<T>(name: "versions" | "lock" | "commands" | "report"): Promise<T> {
  return (await import(`../../setup/${name}.mjs`)) as T;
}
