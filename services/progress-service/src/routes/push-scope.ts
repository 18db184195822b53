import { type App, publicAuth, type TokenVerifier } from "@lectern/service-kit";
import type { FastifyRequest } from "fastify";
import type { PushDependencies } from "../push/push.ts";
import { jobStreamRoute, tenantStreamRoute, videoStreamRoute } from "./streams.ts";
import { ticketRoute } from "./tickets.ts";
import { websocketRoute } from "./websocket.ts";

/** Streams and the WebSocket take a token or a ticket; a ticket is given for a token alone. */
export async function pushScope(
  app: App,
  { verify, push }: { verify: TokenVerifier; push: PushDependencies },
): Promise<void> {
  const ticketOf = ({ query }: FastifyRequest) => {
    const ticket = (query as { ticket?: unknown }).ticket;
    return typeof ticket === "string" ? push.tickets.redeem(ticket) : null;
  };
  const scopes = [
    {
      auth: { verify, withoutHeader: ticketOf },
      routes: [videoStreamRoute, jobStreamRoute, tenantStreamRoute, websocketRoute],
    },
    { auth: { verify }, routes: [ticketRoute] },
  ];
  for (const { auth, routes } of scopes)
    await app.register(async (scope: App) => {
      scope.register(publicAuth, auth);
      for (const prefix of ["/api/v1", ""])
        scope.register(
          (prefixed: App, _options, done) => {
            for (const route of routes) route(prefixed, push);
            done();
          },
          { prefix },
        );
    });
}
