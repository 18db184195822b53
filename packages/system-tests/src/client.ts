import type {
  CreatedVideo,
  JobDetail,
  JobProgress,
  Playback,
  Problem,
  VideoDetail,
  VideoProgress,
} from "@lectern/contracts";
import { signDevToken, type TestSystem } from "@lectern/local-stack";

/** A body that is read as either, where it is not known beforehand which it will be. */
export type Either<T> = T & Partial<Omit<Problem, keyof T>>;

export interface Answer<T> {
  readonly status: number;
  readonly headers: Headers;
  readonly body: T;
}

/** What is asked of the system, by HTTP alone. Every call answers whatever the status; only a broken connection, or a silence of 30 s, throws. */
export interface Client {
  readonly tenant: number;
  create(file: {
    readonly size: number;
    readonly type?: string;
    readonly filename?: string;
  }): Promise<Answer<Either<CreatedVideo>>>;
  /** Does what the browser does with an upload target. */
  put(target: CreatedVideo["upload"], bytes: Uint8Array): Promise<number>;
  /** Creates a video and PUTs its bytes. Gives the id; throws where one of them is refused. */
  upload(bytes: Uint8Array): Promise<number>;
  complete(id: number, language?: string): Promise<Answer<Either<VideoDetail>>>;
  cancel(id: number): Promise<Answer<Either<VideoDetail>>>;
  retry(id: number): Promise<Answer<Either<VideoDetail>>>;
  /** An answer that is no refusal has no body. */
  remove(id: number): Promise<Answer<Problem | null>>;
  video(id: number, language?: string): Promise<Answer<VideoDetail>>;
  playback(id: number): Promise<Answer<Either<Playback>>>;
  job(id: string): Promise<Answer<JobDetail>>;
  videoProgress(id: number, language?: string): Promise<Answer<VideoProgress>>;
  batchProgress(ids: readonly number[]): Promise<Answer<VideoProgress[]>>;
  jobProgress(id: string): Promise<Answer<JobProgress>>;
}

const SILENCE_MS = 30_000;
const ORIGIN = "https://academy.example";

/** A teacher's browser. Asks for Korean unless told otherwise. */
export async function signIn({ urls, secrets }: TestSystem, tenant: number): Promise<Client> {
  const token = await signDevToken(secrets, {
    audience: "media-api",
    subject: "teacher",
    tenantId: tenant,
    ttlSeconds: 3_600,
  });
  async function call<T>(
    method: "GET" | "POST" | "DELETE",
    url: string,
    language = "ko",
    body?: object,
  ): Promise<Answer<T>> {
    const answer = await fetch(url, {
      method,
      headers: {
        authorization: `Bearer ${token}`,
        origin: ORIGIN,
        "accept-language": language,
        ...(body && { "content-type": "application/json" }),
      },
      ...(body && { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(SILENCE_MS),
    });
    const text = await answer.text();
    return { status: answer.status, headers: answer.headers, body: JSON.parse(text || "null") as T };
  }
  const videos = `${urls.upload}/api/v1/media/videos/`;
  const progress = `${urls.progress}/api/v1/`;

  const client: Client = {
    tenant,
    create: ({ size, type = "video/mp4", filename = "lecture.mp4" }) =>
      call("POST", videos, "ko", {
        title: "Lecture 1",
        filename,
        content_type: type,
        size_bytes: size,
      }),
    async put(target, bytes) {
      const answer = await fetch(target.url, {
        method: target.method,
        headers: target.headers,
        body: new Uint8Array(bytes),
        signal: AbortSignal.timeout(SILENCE_MS),
      });
      await answer.arrayBuffer();
      return answer.status;
    },
    async upload(bytes) {
      const created = await client.create({ size: bytes.byteLength });
      if (created.status !== 201) throw new Error(`create: ${created.status} ${created.body.detail}`);
      const status = await client.put(created.body.upload, bytes);
      if (status !== 200) throw new Error(`PUT: ${status}`);
      return created.body.id;
    },
    complete: (id, language) => call("POST", `${videos}${id}/upload/complete/`, language),
    cancel: (id) => call("POST", `${videos}${id}/cancel/`),
    retry: (id) => call("POST", `${videos}${id}/retry/`),
    remove: (id) => call("DELETE", `${videos}${id}/`),
    video: (id, language) => call("GET", `${videos}${id}/`, language),
    playback: (id) => call("GET", `${videos}${id}/playback/`),
    job: (id) => call("GET", `${urls.upload}/api/v1/jobs/${id}/`),
    videoProgress: (id, language) => call("GET", `${progress}media/videos/${id}/progress/`, language),
    batchProgress: (ids) => call("GET", `${progress}media/videos/progress/?ids=${ids.join(",")}`),
    jobProgress: (id) => call("GET", `${progress}jobs/${id}/progress/`),
  };
  return client;
}
