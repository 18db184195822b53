import type { InternalVideo, VideoTransition } from "@lectern/contracts";
import Fastify, { type FastifyReply } from "fastify";

export interface DoubleVideo {
  tenantId: number;
  status: InternalVideo["status"];
  generation: number;
  attempt: number;
  version: number;
  source: InternalVideo["source"];
}

/** Gives another answer than the real service would: its HTTP status, or null for the usual one. */
export type Override = (call: {
  kind: "transition" | "video";
  videoId: number;
  transition?: VideoTransition;
}) => number | null;

const CODES = new Map([
  [409, "STALE_RUN"],
  [410, "VIDEO_DELETED"],
  [429, "TENANT_RUNNING_LIMIT"],
]);

export interface UploadDouble {
  url: string;
  videos: Map<number, DoubleVideo>;
  /** Every transition that was applied, in order; `at` by `performance.now()`. */
  applied: (VideoTransition & { video_id: number; at: number })[];
  /** Authorization headers, in order of arrival. */
  tokens: string[];
  override: Override;
  /** Said with every refusal, in seconds. */
  retryAfter: number | null;
  /** Resolves once `count` transitions of this kind were applied. */
  heard(transition: VideoTransition["transition"], count?: number): Promise<UploadDouble["applied"]>;
  /** Resolves at the next call, whatever it is answered. */
  asked(): Promise<void>;
  close(): Promise<void>;
}

/** The internal API's two routes over a table in memory; can be made to refuse and to fail as the real one cannot. */
export async function startUploadDouble(): Promise<UploadDouble> {
  const app = Fastify({ forceCloseConnections: true });
  const tokensOfRun = new Map<string, number>();
  const waiting = new Set<() => void>();
  const arrivals = new Set<() => void>();
  const double: UploadDouble = {
    url: "",
    videos: new Map(),
    applied: [],
    tokens: [],
    override: () => null,
    retryAfter: null,
    heard(transition, count = 1) {
      return new Promise((resolve) => {
        const look = (): void => {
          const found = double.applied.filter((each) => each.transition === transition);
          if (found.length < count) return;
          waiting.delete(look);
          resolve(found);
        };
        waiting.add(look);
        look();
      });
    },
    asked: () => new Promise((resolve) => arrivals.add(resolve)),
    close: async () => {
      await app.close();
    },
  };

  app.addHook("onRequest", async () => {
    for (const resolve of arrivals) resolve();
    arrivals.clear();
  });

  const refuse = (reply: FastifyReply, status: number) => {
    const code = CODES.get(status) ?? "INTERNAL";
    if (double.retryAfter !== null) void reply.header("retry-after", double.retryAfter);
    return reply
      .code(status)
      .type("application/problem+json")
      .send(JSON.stringify({ type: "about:blank", title: code, status, code, detail: code }));
  };

  const answer = ({ attempt, generation, status, version }: DoubleVideo, applied: boolean) => ({
    ...{ applied, status, generation, attempt, version },
  });

  app.get<{ Params: { id: string } }>("/internal/v1/videos/:id", (request, reply) => {
    double.tokens.push(request.headers.authorization ?? "");
    const status = double.override({ kind: "video", videoId: Number(request.params.id) });
    const video = double.videos.get(Number(request.params.id));
    if (status !== null || video === undefined) return refuse(reply, status ?? 410);
    const { attempt, generation, source, tenantId, version } = video;
    const id = Number(request.params.id);
    return { id, tenant_id: tenantId, status: video.status, generation, attempt, version, filename: "a.mp4", source };
  });

  app.post<{ Params: { id: string }; Body: VideoTransition }>(
    "/internal/v1/videos/:id/transitions",
    (request, reply) => {
      double.tokens.push(request.headers.authorization ?? "");
      const body = request.body;
      const id = Number(request.params.id);
      const status = double.override({ kind: "transition", videoId: id, transition: body });
      const video = double.videos.get(id);
      if (status !== null || video === undefined) return refuse(reply, status ?? 410);
      const final = video.status === "READY" || video.status === "FAILED";
      if (final || body.generation !== video.generation) return refuse(reply, 409);
      if (body.transition === "processing") {
        const known = tokensOfRun.get(body.run_token);
        if (known !== undefined && known !== video.attempt) return refuse(reply, 409);
        // An answer that was given up on the way: said again, it is applied already.
        if (known !== undefined) return answer(video, false);
        video.attempt += 1;
        tokensOfRun.set(body.run_token, video.attempt);
        video.status = "PROCESSING";
      } else {
        if (body.attempt !== video.attempt) return refuse(reply, 409);
        if (body.transition === "ready") video.status = "READY";
        if (body.transition === "failed") video.status = "FAILED";
      }
      video.version += 1;
      double.applied.push({ ...body, video_id: id, at: performance.now() });
      for (const look of [...waiting]) look();
      return answer(video, true);
    },
  );

  double.url = await app.listen({ host: "127.0.0.1", port: 0 });
  return double;
}
