import type { Http } from "./http.ts";
import type {
  CreatedVideo,
  CreateVideo,
  MultipartUpload,
  Playback,
  SignedParts,
  UploadedPart,
  UploadTarget,
  VideoDetail,
  VideoList,
  VideoStatus,
} from "./wire.ts";

export interface ListQuery {
  readonly status?: VideoStatus | readonly VideoStatus[];
  readonly q?: string;
  /** RFC 3339, inclusive. */
  readonly createdAfter?: string;
  /** RFC 3339, exclusive. */
  readonly createdBefore?: string;
  /** 1 to 100, default 20. */
  readonly limit?: number;
  /** `next_cursor` of the page before. */
  readonly cursor?: string;
}

/** upload-service's public routes, one function each. All throw LecternError. */
export class VideosApi {
  readonly #http: Http;
  readonly #base: string;
  readonly #onRetry: (id: number) => void;

  /** @param onRetry told of a video whose state begins anew */
  constructor(http: Http, uploadUrl: string, onRetry: (id: number) => void) {
    this.#http = http;
    this.#base = `${uploadUrl.replace(/\/+$/, "")}/api/v1/media/videos/`;
    this.#onRetry = onRetry;
  }

  list(query: ListQuery = {}, signal?: AbortSignal): Promise<VideoList> {
    const { status, q, createdAfter, createdBefore, limit, cursor } = query;
    const asked = { status: status?.toString(), q, created_after: createdAfter, created_before: createdBefore };
    const parameters = new URLSearchParams();
    for (const [name, value] of Object.entries({ ...asked, limit: limit?.toString(), cursor }))
      if (value !== undefined) parameters.set(name, value);
    const text = parameters.toString();
    return this.#http.call("GET", this.#base + (text && `?${text}`), { signal });
  }

  create(video: CreateVideo, signal?: AbortSignal): Promise<CreatedVideo> {
    return this.#http.call("POST", this.#base, { body: video, signal });
  }

  get(id: number, signal?: AbortSignal): Promise<VideoDetail> {
    return this.#http.call("GET", `${this.#base}${id}/`, { signal });
  }

  async retry(id: number): Promise<VideoDetail> {
    const video = await this.#http.call<VideoDetail>("POST", `${this.#base}${id}/retry/`);
    this.#onRetry(id);
    return video;
  }

  cancel(id: number): Promise<VideoDetail> {
    return this.#http.call("POST", `${this.#base}${id}/cancel/`);
  }

  remove(id: number): Promise<void> {
    return this.#http.call("DELETE", `${this.#base}${id}/`, { keepalive: true });
  }

  playback(id: number): Promise<Playback> {
    return this.#http.call("GET", `${this.#base}${id}/playback/`);
  }

  /** The address of a single PUT anew. */
  target(id: number, signal: AbortSignal): Promise<UploadTarget> {
    return this.#http.call("POST", `${this.#base}${id}/upload/`, { signal });
  }

  /** Outlives the page: what was sent is not to be forgotten because a tab was closed now. */
  complete(id: number, signal: AbortSignal): Promise<VideoDetail> {
    return this.#http.call("POST", `${this.#base}${id}/upload/complete/`, { signal, keepalive: true });
  }

  /** Begins a multipart upload, or gives the one that is open. */
  openMultipart(id: number, signal: AbortSignal): Promise<MultipartUpload> {
    return this.#multipart(id, "", {}, signal);
  }

  signParts(id: number, uploadId: string, numbers: readonly number[], signal: AbortSignal): Promise<SignedParts> {
    return this.#multipart(id, "sign", { upload_id: uploadId, part_numbers: numbers }, signal);
  }

  recordParts(
    id: number,
    uploadId: string,
    parts: readonly UploadedPart[],
    signal: AbortSignal,
  ): Promise<MultipartUpload> {
    return this.#multipart(id, "parts", { upload_id: uploadId, parts }, signal);
  }

  assemble(
    id: number,
    uploadId: string,
    parts: readonly UploadedPart[],
    signal: AbortSignal,
  ): Promise<{ readonly size_bytes: number }> {
    return this.#multipart(id, "complete", { upload_id: uploadId, parts }, signal);
  }

  abortMultipart(id: number, uploadId: string, signal: AbortSignal): Promise<void> {
    return this.#multipart(id, "abort", { upload_id: uploadId }, signal);
  }

  #multipart<T>(id: number, step: string, body: object, signal: AbortSignal): Promise<T> {
    return this.#http.call("POST", `${this.#base}${id}/upload/multipart/${step}`, { body, signal });
  }
}
