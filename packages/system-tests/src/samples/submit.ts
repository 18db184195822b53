import { openAsBlob } from "node:fs";
import { stat } from "node:fs/promises";
import path from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import type { VideoProgress } from "@lectern/contracts";
import type { Client } from "../client.ts";

/** What became of one file. */
export type Fate =
  | { readonly kind: "READY"; readonly id: number; readonly hlsPath: string; readonly duration: number }
  | {
      readonly kind: "FAILED";
      readonly id: number | null;
      readonly code: string;
      /** What the record says to who runs the system. */
      readonly detail: string;
      /** What the teacher reads; null where there is nothing. */
      readonly reason: string | null;
      readonly hlsPath: string | null;
    }
  | { readonly kind: "hung"; readonly id: number; readonly where: string };

export interface Followed {
  readonly fate: Fate;
  /** From the upload's end to READY or FAILED. */
  readonly seconds: number;
  readonly attempts: number;
  /** Where the percent went back, and the like. */
  readonly untrue: readonly string[];
}

export interface SubmitOptions {
  readonly client: Client;
  readonly limitSeconds: number;
  readonly signal: AbortSignal;
}

const ASK_EVERY_MS = 300;
/** A worker writes every second; nothing at all for this long, though work is under way, is a hang. */
const STALLED_SECONDS = 180;
const TYPES: Readonly<Record<string, string>> = {
  ".mp4": "video/mp4",
  ".mov": "video/quicktime",
  ".mkv": "video/x-matroska",
  ".webm": "video/webm",
  ".avi": "video/x-msvideo",
  ".gif": "image/gif",
};

/**
 * Creates a video, PUTs the file, says that it is complete, and follows it to its end, as a browser does.
 * @throws where the system answers in no way that it promises, and the signal's reason
 */
export async function submit(file: string, { client, limitSeconds, signal }: SubmitOptions): Promise<Followed> {
  const { size } = await stat(file);
  const type = TYPES[path.extname(file).toLowerCase()] ?? "application/octet-stream";
  const created = await client.create({ size, type, filename: path.basename(file) });
  const began = performance.now();
  const since = () => (performance.now() - began) / 1000;
  const refused = (
    id: number | null,
    body: { code?: string | undefined; detail?: string | undefined; error_reason?: string | null | undefined },
  ): Followed => ({
    fate: {
      kind: "FAILED",
      id,
      ...{ code: body.code ?? "", detail: body.detail ?? "", reason: body.error_reason ?? body.detail ?? null },
      hlsPath: null,
    },
    ...{ seconds: since(), attempts: 0, untrue: [] },
  });
  if (created.status >= 400 && created.status < 500) return refused(null, created.body);
  if (created.status !== 201) throw new Error(`create: ${created.status} ${created.body.detail}`);
  const { id, upload } = created.body;
  const put = await fetch(upload.url, {
    method: upload.method,
    headers: upload.headers,
    body: await openAsBlob(file),
    signal,
  });
  await put.arrayBuffer();
  if (put.status !== 200) throw new Error(`PUT: ${put.status}`);
  const confirmed = await client.complete(id);
  if (confirmed.status === 422 || confirmed.status === 413) return refused(id, confirmed.body);
  if (confirmed.status !== 200) throw new Error(`complete: ${confirmed.status} ${confirmed.body.detail}`);

  const untrue: string[] = [];
  let highest = 0;
  let stalledSince: number | null = null;
  for (;;) {
    const { status, body } = await client.videoProgress(id);
    if (status === 200) {
      if (body.progress < highest) untrue.push(`percent went from ${highest} to ${body.progress}`);
      if (body.status !== "READY" && body.progress >= 100) untrue.push(`100 percent while ${body.status}`);
      highest = Math.max(highest, body.progress);
      if (body.status === "READY" || body.status === "FAILED") {
        return {
          fate: await ending(client, id, body),
          seconds: since(),
          attempts: await attemptsOf(client, id),
          untrue,
        };
      }
      stalledSince = body.stalled ? (stalledSince ?? since()) : null;
      const where = `${body.status} ${body.encoding_step_name ?? ""} ${body.progress} %`;
      if (since() > limitSeconds || (stalledSince !== null && since() - stalledSince > STALLED_SECONDS)) {
        await client.cancel(id);
        return { fate: { kind: "hung", id, where }, seconds: since(), attempts: await attemptsOf(client, id), untrue };
      }
    }
    await pause(ASK_EVERY_MS, undefined, { signal });
  }
}

async function ending(client: Client, id: number, last: VideoProgress): Promise<Fate> {
  const { hls_path: hlsPath, duration } = last;
  if (last.status === "READY") {
    if (hlsPath === null || duration === null)
      throw new Error(`READY without ${hlsPath === null ? "path" : "duration"}`);
    return { kind: "READY", id, hlsPath, duration };
  }
  const { body: job } = await client.job(`video-${id}-g1`);
  return {
    kind: "FAILED",
    ...{ id, code: last.error_code ?? "", detail: job.error_message ?? "", reason: last.error_reason, hlsPath },
  };
}

async function attemptsOf(client: Client, id: number): Promise<number> {
  return (await client.video(id)).body.attempt;
}
