import {
  type App,
  createApp,
  health,
  internalAuth,
  type Logger,
  publicAuth,
  type TokenVerifier,
} from "@lectern/service-kit";
import { INTERNAL_API, PUBLIC_API } from "./api.ts";
import { databaseProblem } from "./db/faults.ts";
import type { InternalDeps, PublicDeps } from "./deps.ts";
import { getInternalVideoRoute } from "./routes/internal/get-video.ts";
import { makeUrgentRoute } from "./routes/internal/make-urgent.ts";
import { recordJobRoute } from "./routes/internal/record-job.ts";
import { setLimitsRoute } from "./routes/internal/set-limits.ts";
import { setShareRoute } from "./routes/internal/set-share.ts";
import { transitionJobRoute } from "./routes/internal/transition-job.ts";
import { transitionVideoRoute } from "./routes/internal/transition-video.ts";
import { bulkCreateVideosRoute } from "./routes/public/bulk-create-videos.ts";
import { cancelVideoRoute } from "./routes/public/cancel-video.ts";
import { completeUploadRoute } from "./routes/public/complete-upload.ts";
import { createVideoRoute } from "./routes/public/create-video.ts";
import { deleteVideoRoute } from "./routes/public/delete-video.ts";
import { getJobRoute } from "./routes/public/get-job.ts";
import { getPlaybackRoute } from "./routes/public/get-playback.ts";
import { getVideoRoute } from "./routes/public/get-video.ts";
import { listVideosRoute } from "./routes/public/list-videos.ts";
import { abortMultipartRoute } from "./routes/public/multipart/abort.ts";
import { completeMultipartRoute } from "./routes/public/multipart/complete.ts";
import { listPartsRoute } from "./routes/public/multipart/list-parts.ts";
import { openMultipartRoute } from "./routes/public/multipart/open.ts";
import { recordPartsRoute } from "./routes/public/multipart/record-parts.ts";
import { signPartsRoute } from "./routes/public/multipart/sign.ts";
import { retryVideoRoute } from "./routes/public/retry-video.ts";
import { servePlaylistRoute } from "./routes/public/serve-playlist.ts";
import { uploadTargetRoute } from "./routes/public/upload-target.ts";

export interface AppEdges {
  verify: TokenVerifier;
  logger: Logger;
  /** Which dependencies are lost right now, by name. */
  degraded: () => Record<string, boolean>;
  /** Whether `/docs` shows the API. Default: no. */
  docs?: boolean;
}

const PUBLIC_ROUTES = [
  createVideoRoute,
  bulkCreateVideosRoute,
  uploadTargetRoute,
  openMultipartRoute,
  signPartsRoute,
  listPartsRoute,
  recordPartsRoute,
  completeMultipartRoute,
  abortMultipartRoute,
  completeUploadRoute,
  getVideoRoute,
  getPlaybackRoute,
  retryVideoRoute,
  cancelVideoRoute,
  deleteVideoRoute,
  listVideosRoute,
  getJobRoute,
];
const INTERNAL_ROUTES = [
  transitionVideoRoute,
  getInternalVideoRoute,
  makeUrgentRoute,
  setShareRoute,
  setLimitsRoute,
  recordJobRoute,
  transitionJobRoute,
];

/** What browsers call, behind a user's token. */
export async function createPublicApp(
  edges: AppEdges & { corsOrigins: readonly string[] },
  deps: PublicDeps,
): Promise<App> {
  const app = await createApp({
    title: "Video uploads",
    api: PUBLIC_API,
    docs: edges.docs ?? false,
    logger: edges.logger,
    corsOrigins: edges.corsOrigins,
    translateError: databaseProblem,
  });
  await app.register(health, { degraded: edges.degraded });
  for (const prefix of ["/api/v1", ""])
    await app.register(async (routes: App) => servePlaylistRoute(routes, deps), { prefix });
  await app.register(async (scope) => {
    await scope.register(publicAuth, { verify: edges.verify });
    for (const prefix of ["/api/v1", ""])
      await scope.register(
        async (routes: App) => {
          for (const route of PUBLIC_ROUTES) route(routes, deps);
        },
        { prefix },
      );
  });
  return app;
}

/** What our own services call, behind a service's token, on a port that is never routed from outside. */
export async function createInternalApp(edges: AppEdges, deps: InternalDeps): Promise<App> {
  const app = await createApp({
    title: "Video transitions and jobs",
    api: INTERNAL_API,
    docs: edges.docs ?? false,
    logger: edges.logger,
    corsOrigins: [],
    translateError: databaseProblem,
  });
  await app.register(health, { degraded: edges.degraded });
  await app.register(async (scope: App) => {
    await scope.register(internalAuth, { verify: edges.verify });
    for (const route of INTERNAL_ROUTES) route(scope, deps);
  });
  return app;
}
