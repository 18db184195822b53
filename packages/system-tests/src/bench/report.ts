/** What a benchmark found: a table to read, and one line of JSON for programs. */
export interface BenchReport {
  table: { columns: readonly string[]; rows: readonly (readonly string[])[] };
  /** Of a benchmark, `bench` is its name and `ratio` the median that it is about, where it is about one. */
  figures: { [figure: string]: number | string | null };
}

export function printReport({ table, figures }: BenchReport): void {
  const lines = [table.columns, ...table.rows];
  const widths = table.columns.map((_, column) => Math.max(...lines.map((line) => line[column]?.length ?? 0)));
  for (const line of lines) {
    const cells = line.map((cell, column) =>
      column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0),
    );
    process.stdout.write(`${cells.join("  ")}\n`);
  }
  process.stdout.write(`${JSON.stringify(figures)}\n`);
}

/** The middle one, or the mean of the middle two. NaN of nothing. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  const [low, high] = [sorted[Math.ceil(middle) - 1], sorted[Math.floor(middle)]];
  return low === undefined || high === undefined ? Number.NaN : (low + high) / 2;
}

export function rounded(value: number, digits = 3): number {
  return Number(value.toFixed(digits));
}
