import { BatchQuery, MAX_BATCH_IDS, VideoProgress } from "@lectern/contracts";
import { defaultSnapshot, parseVideoId, type VideoId, videoRef } from "@lectern/keys";
import { type App, ProblemError } from "@lectern/service-kit";
import { Type } from "typebox";
import { sendView, varyByLanguage, withJitter } from "../answer.ts";
import type { PollDependencies } from "../dependencies.ts";
import { outcomeOf } from "../metrics.ts";
import { renderVideo } from "../render.ts";
import { videoView } from "../video-view.ts";
import { pollRefusals } from "./poll-responses.ts";

const schema = {
  summary: "How far several videos are, in the order asked",
  querystring: BatchQuery,
  response: { 200: Type.Array(VideoProgress), ...pollRefusals },
};

/** As the poll of one video, entry by entry; an id named twice is answered twice. */
export function videoBatchRoute(app: App, { reader, metrics, now }: PollDependencies): void {
  app.get("/media/videos/progress/", { schema }, async (request, reply) => {
    const subjects = parseIds(request.query.ids).map((id) => videoRef(request.tenantId, id));
    const snapshots = await reader.read(subjects);
    const context = { now: now(), acceptLanguage: request.headers["accept-language"] };
    const entries = subjects.map((subject, index) => {
      const snapshot = snapshots?.[index] ?? defaultSnapshot(subject);
      metrics.polled("videos", outcomeOf(snapshots, snapshot));
      return withJitter(renderVideo(reply, videoView(subject.videoId, snapshot, context)));
    });
    varyByLanguage(reply);
    return sendView(request, reply, {
      stable: entries.map(({ stable }) => stable).join(),
      sent: `[${entries.map(({ sent }) => sent).join()}]`,
    });
  });
}

const SHOWN_CHARACTERS = 40;

function parseIds(text: string): VideoId[] {
  // One more than allowed is enough to refuse, however long the text is.
  const parts = text.split(",", MAX_BATCH_IDS + 1);
  if (parts.length > MAX_BATCH_IDS)
    throw new ProblemError(
      "VALIDATION_FAILED",
      `ids names more than ${MAX_BATCH_IDS} videos; ask in several requests.`,
    );
  return parts.map((part) => {
    const id = parseVideoId(part);
    if (id !== null) return id;
    const shown = JSON.stringify(part.slice(0, SHOWN_CHARACTERS));
    throw new ProblemError("MALFORMED_ID", `ids holds ${shown}, which is no video id: those are whole numbers from 1.`);
  });
}
