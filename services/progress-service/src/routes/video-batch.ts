import { BatchQuery, MAX_BATCH_IDS, refusedWith, VideoProgress } from "@lectern/contracts";
import { parseVideoId, type VideoId, videoRef } from "@lectern/keys";
import { type App, ProblemError } from "@lectern/service-kit";
import { Type } from "typebox";
import { admit, outcomeOf, sendAnswer, varyByLanguage, wantsEnglish } from "../answer.ts";
import type { PollDependencies } from "../dependencies.ts";
import { etagOf } from "../etag.ts";
import { textOf } from "../rendering.ts";
import { defaultView, renderingOf } from "../views.ts";
import { pollRefusals } from "./poll-responses.ts";

const schema = {
  operationId: "getVideosProgress",
  tags: ["Progress"],
  summary: "How far several videos are, in the order asked",
  querystring: BatchQuery,
  requestHeaders: ["If-None-Match", "Accept-Language"],
  answerHeaders: ["ETag", "Cache-Control", "Retry-After, under pressure", "Vary"],
  response: { 200: Type.Array(VideoProgress), ...pollRefusals, ...refusedWith("RATE_LIMITED", "MALFORMED_ID") },
};

/** A request costs about as much as ten of the entries in it. */
const IDS_A_POLL = 10;

/** As the poll of one video, entry by entry; an id named twice is answered twice. */
export function videoBatchRoute(app: App, polls: PollDependencies): void {
  app.get("/media/videos/progress/", { schema }, async (request, reply) => {
    const ids = parseIds(request.query.ids);
    admit(request, polls, Math.ceil(ids.length / IDS_A_POLL));
    const subjects = ids.map((id) => videoRef(request.tenantId, id));
    const views = await Promise.all(subjects.map(polls.views.get));
    const [now, english] = [polls.now(), wantsEnglish(request)];
    const renderings = subjects.map((subject, index) => {
      const view = views[index] ?? null;
      polls.metrics.polled("videos", outcomeOf(view));
      return renderingOf(view ?? defaultView(subject), now, english);
    });
    varyByLanguage(reply);
    const etag = etagOf(renderings.map((rendering) => rendering.etag).join());
    sendAnswer(request, reply, polls, etag, renderings, (all) => `[${all.map(textOf).join()}]`);
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
