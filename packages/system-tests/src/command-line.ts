/** What `read` makes of the command's arguments. Where they cannot be used, the command ends with 1 and the sentence that says why. */
export async function argumentsOfCommand<T>(read: (args: readonly string[]) => T | Promise<T>): Promise<T> {
  try {
    return await read(process.argv.slice(2));
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exit(1);
  }
}
