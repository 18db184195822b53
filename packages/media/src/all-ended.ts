/** As `Promise.all`, but no earlier than all have ended: where one fails, no process of the others is left behind. */
export async function allEnded<T extends readonly unknown[]>(
  promises: T,
): Promise<{ -readonly [I in keyof T]: Awaited<T[I]> }> {
  await Promise.allSettled(promises);
  return Promise.all(promises);
}
