import { ProgressTicket, refusedWith } from "@lectern/contracts";
import type { App } from "@lectern/service-kit";
import { admit } from "../answer.ts";
import type { PushDependencies } from "../push/push.ts";

const schema = {
  operationId: "createProgressTicket",
  tags: ["Streams"],
  summary: "A ticket for EventSource and WebSocket, which cannot send the token",
  answerHeaders: ["Cache-Control"],
  response: { 201: ProgressTicket, ...refusedWith("RATE_LIMITED") },
};

export function ticketRoute(app: App, push: PushDependencies): void {
  app.post("/progress/tickets", { schema }, async (request, reply) => {
    admit(request, push.polls, 1);
    reply.code(201).header("cache-control", "no-store");
    return push.tickets.issue(request.claims ?? {});
  });
}
