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
  const view = polls.views.get(subject);
  if (view instanceof Promise) return view.then((read) => send(request, reply, polls, subject, read));
  send(request, reply, polls, subject, view);
  return undefined;
}

function send(
  request: FastifyRequest,
  reply: FastifyReply,
  polls: PollDependencies,
  subject: Subject,
  view: View | null,
): void {
  const { kind } = subject;
  polls.metrics.polled(kind, outcomeOf(view));
  if (kind === "video") varyByLanguage(reply);
  const shown = view ?? defaultView(subject);
  // Only a reason has a language.
  const english = kind === "video" && shown.snapshot.status === "FAILED" && wantsEnglish(request);
  const rendering = renderingOf(shown, polls.now(), english);
  sendAnswer(request, reply, polls, rendering.etag, rendering, textOf);
}
