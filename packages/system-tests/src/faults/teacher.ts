import { setTimeout as pause } from "node:timers/promises";
import type { Answer, Client } from "../client.ts";
import type { Upload, Whim } from "./plan.ts";

/** An upload that was confirmed, and what its teacher then asked for and was granted. */
export interface Confirmed {
  readonly id: number;
  readonly tenant: number;
  readonly outcome: "ready" | "cancelled" | "deleted";
}

const AGAIN_MS = 500;
const OF_THE_MOMENT = new Set([429, 500, 502, 503, 504]);

/** Asks until there is an answer that is not of the moment, as a browser's page does. */
async function patiently<T>(call: () => Promise<Answer<T>>, signal: AbortSignal): Promise<Answer<T>> {
  for (;;) {
    const answer = await call().catch(() => null);
    if (answer !== null && !OF_THE_MOMENT.has(answer.status)) return answer;
    await pause(AGAIN_MS, undefined, { signal });
  }
}

/**
 * Uploads a film, confirms it, and then does what it is in the mood for.
 * @throws where an answer is none that the API promises, or when `signal` says that it took too long
 */
export async function teach(
  client: Client,
  bytes: Uint8Array,
  { whim, whimAfterMs }: Upload,
  signal: AbortSignal,
): Promise<Confirmed> {
  const created = await patiently(() => client.create({ size: bytes.byteLength }), signal);
  if (created.status !== 201) throw new Error(`create: ${created.status} ${created.body.code}`);
  const { id, upload } = created.body;
  do await send(client, upload, bytes, signal);
  while (!(await confirm(client, id, signal)));
  if (whim !== "none") await pause(whimAfterMs, undefined, { signal });
  return { id, tenant: client.tenant, outcome: await follow(client, id, whim, signal) };
}

async function send(
  client: Client,
  target: Parameters<Client["put"]>[0],
  bytes: Uint8Array,
  signal: AbortSignal,
): Promise<void> {
  const put = async () => ({ status: await client.put(target, bytes), headers: new Headers(), body: null });
  const { status } = await patiently(put, signal);
  if (status !== 200) throw new Error(`PUT: ${status}`);
}

/** False: the file has to be sent again. */
async function confirm(client: Client, id: number, signal: AbortSignal): Promise<boolean> {
  const { status, body } = await patiently(async () => {
    const answer = await client.complete(id);
    // Confirmed all the same: the queue gets it without any further call.
    return answer.body.code === "VIDEO_UPLOAD_ENQUEUE_FAILED" ? { ...answer, status: 200 } : answer;
  }, signal);
  if (status === 200) return true;
  if (body.code === "SOURCE_MISSING") return false;
  // An answer that was lost on its way: what is no longer PENDING was confirmed by the call before.
  if (body.code === "VIDEO_NOT_PENDING") return true;
  throw new Error(`complete of ${id}: ${status} ${body.code}`);
}

async function follow(client: Client, id: number, whim: Whim, signal: AbortSignal): Promise<Confirmed["outcome"]> {
  if (whim === "none") return "ready";
  if (whim === "delete") {
    const { status } = await patiently(() => client.remove(id), signal);
    if (status !== 204 && status !== 404) throw new Error(`delete of ${id}: ${status}`);
    return "deleted";
  }
  const cancelled = await patiently(() => client.cancel(id), signal);
  if (cancelled.body.code === "VIDEO_NOT_CANCELLABLE") return "ready";
  if (cancelled.status !== 200) throw new Error(`cancel of ${id}: ${cancelled.status} ${cancelled.body.code}`);
  if (whim === "cancel") return "cancelled";
  const retried = await patiently(() => client.retry(id), signal);
  // Refused: an earlier call, whose answer was lost, has queued it already.
  if (retried.status !== 200 && retried.body.code !== "VIDEO_NOT_RETRYABLE")
    throw new Error(`retry of ${id}: ${retried.status} ${retried.body.code}`);
  return "ready";
}
