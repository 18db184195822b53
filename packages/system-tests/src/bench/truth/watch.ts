import { setTimeout as pause } from "node:timers/promises";
import type { VideoProgress } from "@lectern/contracts";
import type { Client } from "../../client.ts";

/** One poll while the work was under way. */
export interface Look {
  /** Share of the time from PROCESSING to READY that was really gone, 0 to 1, and seconds that were really left. */
  readonly share: number;
  readonly left: number;
  readonly percent: number;
  readonly remaining: number | null;
  readonly low: number | null;
  readonly high: number | null;
  readonly step: string | null;
}

export interface Watched {
  readonly name: string;
  readonly id: number;
  /** When PROCESSING was said, in ms since the epoch. */
  readonly began: number;
  readonly seconds: number;
  readonly looks: readonly Look[];
}

const POLL_MS = 250;
const LIMIT_MS = 5 * 60_000;

/** Uploads a file and polls its progress until READY. @throws where it does not come to READY */
export async function watchEncode(client: Client, name: string, bytes: Uint8Array): Promise<Watched> {
  const id = await client.upload(bytes);
  const { status, body } = await client.complete(id);
  if (status !== 200) throw new Error(`${name}: complete: ${status} ${body.detail}`);
  const seen: { at: number; body: VideoProgress }[] = [];
  const until = Date.now() + LIMIT_MS;
  for (let due = performance.now(); ; due += POLL_MS) {
    const { body } = await client.videoProgress(id);
    seen.push({ at: Date.now(), body });
    if (body.status === "READY") break;
    if (body.status === "FAILED" || Date.now() > until) throw new Error(`${name}: ${body.status} ${body.error_code}`);
    await pause(Math.max(0, due + POLL_MS - performance.now()));
  }
  // The moments as the database has them: services and bench have one clock.
  const { started_at, finished_at } = (await client.video(id)).body;
  const [began, ended] = [Date.parse(started_at ?? ""), Date.parse(finished_at ?? "")];
  const looks = seen
    .filter(({ at, body }) => body.status === "PROCESSING" && at >= began && at <= ended)
    .map(
      ({ at, body }): Look => ({
        share: (at - began) / (ended - began),
        left: (ended - at) / 1000,
        percent: body.progress,
        remaining: body.encoding_remaining_seconds,
        low: body.remaining_low,
        high: body.remaining_high,
        step: body.encoding_step_name,
      }),
    );
  return { name, id, began, seconds: (ended - began) / 1000, looks };
}
