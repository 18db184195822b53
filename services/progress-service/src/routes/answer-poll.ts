import type { Subject } from "@lectern/keys";
import type { FastifyReply, FastifyRequest } from "fastify";
import { outcomeOf, sendAnswer, varyByLanguage, wantsEnglish } from "../answer.ts";
import type { PollDependencies } from "../dependencies.ts";
import { textOf } from "../rendering.ts";
import { defaultView, renderingOf, type View } from "../views.ts";

/** Answers a poll of one subject: at once where its view is known to be true, else after one read. */
export function answerPoll(
  request: FastifyRequest,
  reply: FastifyReply,
  polls: PollDependencies,
  subject: Subject,
): undefined | Promise<void> {
  const send = (view: View | null): void => {
    const { kind } = subject;
    polls.metrics.polled(kind, outcomeOf(view));
    if (kind === "video") varyByLanguage(reply);
    const english = kind === "video" && wantsEnglish(request);
    const rendering = renderingOf(view ?? defaultView(subject), polls.now(), english);
    sendAnswer(request, reply, polls, { etag: rendering.etag, text: () => textOf(rendering) });
  };
  const view = polls.views.get(subject);
  if (view instanceof Promise) return view.then(send);
  send(view);
  return undefined;
}
