import type { Playback } from "@lectern/contracts";
import { runOfObjectKey, type TenantId, type VideoId } from "@lectern/keys";
import { STORYBOARD_NAME } from "@lectern/media";
import { ProblemError } from "@lectern/service-kit";
import type { Kysely } from "kysely";
import { LRUCache } from "lru-cache";
import type { Database, VideoRow } from "../db/schema.ts";
import { findVideo } from "../videos/repository.ts";
import { playbackPeriod } from "./lifetime.ts";
import type { MediaUrls } from "./media-urls.ts";
import type { Playlists, Rendered } from "./playlists.ts";
import type { PosterUrl } from "./posters.ts";
import type { Grant, Tickets } from "./ticket.ts";

export interface PlaybackDeps {
  db: Kysely<Database>;
  tickets: Tickets;
  playlists: Playlists;
  urls: MediaUrls;
  posterUrl: PosterUrl;
  /** Seconds that an address is good beyond twice the film. */
  leastSeconds: number;
  /** Where browsers reach the public API; null for where the request came to. */
  publicUrl: string | null;
}

export interface Player {
  /** @throws ProblemError VIDEO_NOT_READY */
  open(row: VideoRow, requestedAt: string): Promise<Playback>;
  /** @throws ProblemError for a ticket that is forged or over, and for what the video does not have */
  serve(ticket: string, name: string): Promise<Rendered>;
}

/** How long it may take until a ticket of a video that another process deleted ends. */
const KNOWN_LIVE_MS = 15_000;
const VIDEOS_KNOWN = 10_000;
const ROUTE = "/api/v1/media/playback";

export function createPlayer(deps: PlaybackDeps): Player {
  const { tickets, playlists, urls, posterUrl } = deps;
  const live = new LRUCache<string, { live: boolean }, Grant>({
    max: VIDEOS_KNOWN,
    ttl: KNOWN_LIVE_MS,
    fetchMethod: async (_key, _stale, { context: grant }) => ({
      live: isOfRun(await findVideo(deps.db, grant.tenantId, grant.videoId), grant),
    }),
  });

  /** A ticket ends with its video. Without the database the ticket alone decides: what was deleted is not in the store any more. */
  async function isLive(grant: Grant): Promise<boolean> {
    const { tenantId, videoId, generation, attempt } = grant;
    const found = await live
      .fetch(`${tenantId}.${videoId}.${generation}.${attempt}`, { context: grant })
      .catch(() => undefined);
    return found?.live ?? true;
  }

  return {
    async open(row, requestedAt) {
      const run = row.hls_path === null ? null : runOfObjectKey(row.hls_path);
      if (row.status !== "READY" || run === null)
        throw new ProblemError("VIDEO_NOT_READY", `The video is ${row.status}: it can be played once it is READY.`, {
          members: { current_status: row.status },
        });
      const period = playbackPeriod(Date.now() / 1000, row.duration, deps.leastSeconds);
      const [tenantId, videoId] = [row.tenant_id as TenantId, row.id as VideoId];
      const ticket = tickets.issue({ tenantId, videoId, ...run, ...period });
      const base = `${deps.publicUrl?.replace(/\/$/, "") ?? requestedAt}${ROUTE}/${ticket}`;
      return {
        url: `${base}/master.m3u8`,
        type: "application/vnd.apple.mpegurl",
        expires_at: new Date(period.expires * 1000).toISOString(),
        duration: row.duration,
        poster_url: await posterUrl(row),
        storyboard_url: row.storyboard_path === null ? null : `${base}/${STORYBOARD_NAME}`,
        chapters_url: row.chapters_path === null ? null : await urls.sign(row.chapters_path, period),
      };
    },

    async serve(ticket, name) {
      const redeemed = tickets.redeem(ticket, Date.now() / 1000);
      if (redeemed.kind === "invalid")
        throw new ProblemError("PLAYBACK_TICKET_INVALID", "Ask for the video's playback address again.");
      if (redeemed.kind === "expired" || !(await isLive(redeemed.grant)))
        throw new ProblemError("PLAYBACK_EXPIRED", "Its time is over, or the video is gone: ask for another address.");
      const rendered = await playlists.render(ticket, redeemed.grant, name);
      if (rendered === null) throw new ProblemError("ROUTE_NOT_FOUND", "The video has no such playlist.");
      return rendered;
    },
  };
}

function isOfRun(row: VideoRow | undefined, { generation, attempt }: Grant): boolean {
  const run = row?.status === "READY" && row.hls_path !== null ? runOfObjectKey(row.hls_path) : null;
  return run?.generation === generation && run.attempt === attempt;
}
