import type { TestSystem } from "@lectern/local-stack";
import type { Pool } from "pg";
import { insertVideos, RUN_TOKEN } from "./rows.ts";

/** One call of a route; `done` are the statuses that say that the route did what it is there for. */
export interface Call {
  readonly method: "GET" | "POST" | "DELETE";
  readonly url: string;
  readonly body?: object;
  readonly internal?: true;
  readonly done: readonly number[];
}

/** A route and its calls: each on a video or job of its own where the call changes it. */
export interface Route {
  readonly name: string;
  readonly calls: readonly Call[];
}

/** Every route of the three APIs, `count` calls each. @param uploaded videos that are PENDING and whose file is in the store */
export async function routesOf(
  { urls }: TestSystem,
  database: Pool,
  tenant: number,
  uploaded: readonly number[],
): Promise<Route[]> {
  const count = uploaded.length;
  const [pending, waiting, working, ending, failing, releasing, failed, ready, others] = await Promise.all([
    insertVideos(database, tenant, "PENDING", count),
    insertVideos(database, tenant, "UPLOADED", count),
    insertVideos(database, tenant, "UPLOADED", count),
    insertVideos(database, tenant, "PROCESSING", count),
    insertVideos(database, tenant, "PROCESSING", count),
    insertVideos(database, tenant, "PROCESSING", count),
    insertVideos(database, tenant, "FAILED", count),
    insertVideos(database, tenant, "READY", count),
    insertVideos(database, tenant, "UPLOADED", count),
  ]);
  const videos = `${urls.upload}/api/v1/media/videos/`;
  const progress = `${urls.progress}/api/v1/`;
  const internal = `${urls.internal}/internal/v1/`;
  const file = { title: "Lecture", filename: "lecture.mp4", content_type: "video/mp4", size_bytes: 1_000 };
  const run = { tenant_id: tenant, generation: 1, attempt: 1, run_token: RUN_TOKEN };

  const each = (ids: readonly number[], name: string, call: (id: number) => Call): Route => ({
    name,
    calls: ids.map(call),
  });
  const again = (name: string, call: Call): Route => ({ name, calls: Array.from({ length: count }, () => call) });
  const transition = (ids: readonly number[], body: { transition: string }): Route =>
    each(ids, `internal: ${body.transition}`, (id) => ({
      ...post(`${internal}videos/${id}/transitions`, { ...run, ...body }),
      internal: true,
    }));

  return [
    again("create", { ...post(videos, file), done: [201] }),
    again("bulk", { ...post(`${videos}bulk/`, { videos: [file, file] }), done: [201] }),
    each(pending, "upload address", (id) => post(`${videos}${id}/upload/`)),
    // Confirmed, and the queue is away: that is what it says.
    each(uploaded, "complete", (id) => ({ ...post(`${videos}${id}/upload/complete/`), done: [503] })),
    each(ready, "detail", (id) => get(`${videos}${id}/`)),
    again("list", get(videos)),
    each(ready, "job detail", (id) => get(`${urls.upload}/api/v1/jobs/video-${id}-g1/`)),
    each(failed, "retry", (id) => ({ ...post(`${videos}${id}/retry/`), done: [503] })),
    each(waiting, "cancel", (id) => post(`${videos}${id}/cancel/`)),
    each(ready, "delete", (id) => ({ ...get(`${videos}${id}/`), method: "DELETE", done: [204] })),
    each(working, "internal: processing", (id) => ({
      ...post(`${internal}videos/${id}/transitions`, {
        transition: "processing",
        tenant_id: tenant,
        generation: 1,
        run_token: RUN_TOKEN,
      }),
      internal: true,
    })),
    each(ending, "internal: ready", (id) => ({
      ...post(`${internal}videos/${id}/transitions`, {
        ...run,
        transition: "ready",
        hls_path: `tenants/${tenant}/videos/${id}/g1/a1/master.m3u8`,
        duration: 60,
      }),
      internal: true,
    })),
    each(failing, "internal: failed", (id) => ({
      ...post(`${internal}videos/${id}/transitions`, { ...run, transition: "failed", error_code: "SOURCE_INCOMPLETE" }),
      internal: true,
    })),
    transition(releasing, { transition: "released" }),
    each(others, "internal: video", (id) => ({
      ...get(`${internal}videos/${id}?tenant_id=${tenant}`),
      internal: true,
    })),
    each(others, "internal: urgent", (id) => ({
      ...post(`${internal}videos/${id}/urgent`, { tenant_id: tenant }),
      internal: true,
    })),
    again("internal: share", { ...post(`${internal}tenants/${tenant}/share`, { weight: 1 }), internal: true }),
    each(others, "internal: record job", (id) => ({
      ...post(`${internal}jobs`, { tenant_id: tenant, job_id: `import-${id}`, job_type: "import" }),
      internal: true,
      done: [201],
    })),
    ...(["running", "done"] as const).map((state) =>
      each(others, `internal: job ${state}`, (id) => ({
        ...post(`${internal}jobs/import-${id}/transitions`, { ...run, transition: state, result: {} }),
        internal: true,
      })),
    ),
    each(others, "progress", (id) => get(`${progress}media/videos/${id}/progress/`)),
    again(
      "progress of 100",
      get(`${progress}media/videos/progress/?ids=${Array.from({ length: 100 }, (_, n) => n + 1)}`),
    ),
    each(others, "job progress", (id) => get(`${progress}jobs/video-${id}-g1/progress/`)),
    ...Object.entries(urls).map(([service, url]) => again(`${service} readyz`, get(`${url}/readyz`))),
  ];
}

function get(url: string): Call {
  return { method: "GET", url, done: [200] };
}

function post(url: string, body?: object): Call {
  return { method: "POST", url, done: [200], ...(body && { body }) };
}
