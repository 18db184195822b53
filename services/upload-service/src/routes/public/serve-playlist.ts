import { promisify } from "node:util";
import { gunzip } from "node:zlib";
import { refusedWith } from "@lectern/contracts";
import type { App } from "@lectern/service-kit";
import { Type } from "typebox";
import type { PublicDeps } from "../../deps.ts";
import { storeProblem } from "../../videos/store-problem.ts";

const decompress = promisify(gunzip);

const schema = {
  operationId: "getPlaylist",
  tags: ["Playback"],
  summary: "A playlist or the storyboard, with addresses for the media; the ticket in the path is all that it needs",
  security: [],
  produces: ["application/vnd.apple.mpegurl", "text/vtt"],
  params: Type.Object({
    ticket: Type.String({ description: "From `getPlayback`'s url", examples: ["7.16.1.1.ta8jz1.4q0.n4bQgYhMfWWaL"] }),
    "*": Type.String({ description: "Name below the video's prefix", examples: ["master.m3u8"] }),
  }),
  answerHeaders: ["Cache-Control", "Vary"],
  response: {
    200: Type.String({ description: "HLS playlist or WebVTT" }),
    ...refusedWith("PLAYBACK_TICKET_INVALID", "PLAYBACK_EXPIRED", "ROUTE_NOT_FOUND", "STORE_UNAVAILABLE"),
  },
};

/** Players that are built in send no headers, so this route is outside of the scope that wants a token. */
export function servePlaylistRoute(app: App, { player }: PublicDeps): void {
  app.get("/media/playback/:ticket/*", { schema }, async (request, reply) => {
    const { ticket, "*": name } = request.params;
    const { contentType, gzipped } = await player.serve(ticket, name).catch((error: unknown) => {
      throw storeProblem(error);
    });
    const compressed = /\bgzip\b/.test(request.headers["accept-encoding"] ?? "");
    reply
      .type(contentType)
      .header("vary", "Origin, Accept-Encoding")
      // The ticket's own: nobody has to ask again while a player moves between renditions.
      .header("cache-control", "private, max-age=300")
      .serializer((body: unknown) => body as string);
    if (!compressed) return (await decompress(gzipped)) as never;
    return reply.header("content-encoding", "gzip").send(gzipped as never);
  });
}
