import { setTimeout as pause } from "node:timers/promises";
import type { Client } from "../../client.ts";

/** What was said of when the work begins, by one poll of a video that waited for it. */
export interface WaitLook {
  /** Seconds until it really began. */
  readonly left: number;
  readonly said: number | null;
}

export interface Waited {
  readonly name: string;
  /** From the first poll to the beginning. */
  readonly seconds: number;
  readonly looks: readonly WaitLook[];
}

const POLL_MS = 250;
const LIMIT_MS = 5 * 60_000;

/** Uploads files, confirms them one right after the other, and polls all of them until the last one is at work and READY. */
export async function watchQueue(
  client: Client,
  films: readonly { readonly name: string; readonly bytes: Uint8Array }[],
): Promise<Waited[]> {
  const ids: number[] = [];
  for (const { bytes } of films) ids.push(await client.upload(bytes));
  const seen = new Map(ids.map((id) => [id, [] as { at: number; said: number | null }[]]));
  for (const id of ids) {
    const { status, body } = await client.complete(id);
    if (status !== 200) throw new Error(`complete: ${status} ${body.detail}`);
  }
  const until = Date.now() + LIMIT_MS;
  for (let over = false; !over; ) {
    const { body } = await client.batchProgress(ids);
    const at = Date.now();
    for (const { id, starts_in_seconds: said, status } of body)
      if (status === "UPLOADED") seen.get(id)?.push({ at, said });
    over = body.every(({ status }) => status === "READY");
    if (at > until || body.some(({ status }) => status === "FAILED")) throw new Error("the queue does not end");
    await pause(POLL_MS);
  }
  const waited: Waited[] = [];
  for (const [index, id] of ids.entries()) {
    const began = Date.parse((await client.video(id)).body.started_at ?? "");
    const polls = (seen.get(id) ?? []).filter(({ at }) => at <= began);
    const looks = polls.map(({ at, said }) => ({ left: (began - at) / 1000, said }));
    waited.push({ name: films[index]?.name ?? "", seconds: looks[0]?.left ?? 0, looks });
  }
  return waited;
}
