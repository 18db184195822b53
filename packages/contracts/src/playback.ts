import { type Static, Type } from "typebox";
import { Nullable, Timestamp } from "./common.ts";

/**
 * `GET /api/v1/media/videos/{id}/playback/`: where a READY video plays until `expires_at`, in hls.js and natively, without
 * any header. What the video does not have is null.
 */
export const Playback = Type.Object({
  url: Type.String({ description: "HLS master playlist" }),
  type: Type.Literal("application/vnd.apple.mpegurl"),
  expires_at: Timestamp,
  duration: Nullable(Type.Integer({ description: "Whole seconds" })),
  poster_url: Nullable(Type.String()),
  storyboard_url: Nullable(Type.String({ description: "WebVTT of small pictures for a seek bar" })),
  chapters_url: Nullable(Type.String({ description: "WebVTT" })),
});
export type Playback = Static<typeof Playback>;
