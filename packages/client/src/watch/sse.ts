export interface ServerEvent {
  readonly event: string;
  readonly data: string;
}

/**
 * The events of a text/event-stream, as far as ours use it: `event` and `data`.
 * @param heard told of each piece that comes, comments too
 */
export async function* eventsOf(answer: Response, heard: () => void): AsyncGenerator<ServerEvent, void, undefined> {
  const reader = answer.body?.pipeThrough(new TextDecoderStream()).getReader();
  if (reader === undefined) return;
  let rest = "";
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      heard();
      const blocks = (rest + value).split("\n\n");
      rest = blocks.pop() ?? "";
      for (const block of blocks) {
        const event = read(block);
        if (event !== null) yield event;
      }
    }
  } finally {
    // Whoever leaves early ends the connection.
    await reader.cancel().catch(() => {});
  }
}

function read(block: string): ServerEvent | null {
  let event = "message";
  const data: string[] = [];
  for (const line of block.split("\n")) {
    const [, name, value] = /^(\w+): ?(.*)$/.exec(line) ?? [];
    if (name === "event") event = value ?? "";
    else if (name === "data") data.push(value ?? "");
  }
  return data.length === 0 ? null : { event, data: data.join("\n") };
}
