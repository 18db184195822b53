import { parseVideoId, type TenantId, type VideoId } from "./ids.ts";
import { assertRun, type Run } from "./runs.ts";

/** Everything of one video in the object store, with the closing slash. */
export function videoPrefix(tenantId: TenantId, videoId: VideoId): string {
  return `tenants/${tenantId}/videos/${videoId}/`;
}

/** The uploaded file. */
export function sourceObjectKey(tenantId: TenantId, videoId: VideoId): string {
  return `${videoPrefix(tenantId, videoId)}source`;
}

/** The output of one run, with the closing slash: a run never overwrites what another run published. */
export function runPrefix(tenantId: TenantId, videoId: VideoId, run: Run): string {
  assertRun(run);
  return `${videoPrefix(tenantId, videoId)}g${run.generation}/a${run.attempt}/`;
}

/** The HLS master playlist, written last; this is a READY video's `hls_path`. */
export function masterPlaylistKey(tenantId: TenantId, videoId: VideoId, run: Run): string {
  return `${runPrefix(tenantId, videoId, run)}master.m3u8`;
}

/** The list of what the run published: keys, sizes, hashes, durations. */
export function receiptKey(tenantId: TenantId, videoId: VideoId, run: Run): string {
  return `${runPrefix(tenantId, videoId, run)}receipt.json`;
}

const RUN_PREFIX = /^tenants\/[0-9]+\/videos\/[0-9]+\/g([0-9]+)\/a([0-9]+)\//;

/** The run whose output an object is; null for the source and for whatever else lies beside the runs. */
export function runOfObjectKey(key: string): Run | null {
  const match = RUN_PREFIX.exec(key);
  // Counters are spelled as ids are: canonical decimals.
  const generation = parseVideoId(match?.[1]);
  const attempt = parseVideoId(match?.[2]);
  return generation === null || attempt === null ? null : { generation, attempt };
}
