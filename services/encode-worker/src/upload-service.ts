import { InternalVideo, Problem, type VideoTransition, VideoTransitionResult } from "@lectern/contracts";
import type { TenantId, VideoId } from "@lectern/keys";
import type { Static, TSchema } from "typebox";
import { Value } from "typebox/value";
import { PassingFault } from "./endings.ts";
import type { ServiceTokens } from "./service-token.ts";

/** An answer, or why the run that asked has no business any more. */
export type Answer<T> = { kind: "ok"; value: T } | { kind: "superseded" } | { kind: "deleted" };

/** The tenant has as many runs as it may: no attempt was counted, and the job is to wait. */
export interface Limited {
  kind: "limited";
  /** After which the job may be tried again; it is promoted before, as soon as there is room. */
  retryAfterMs: number;
}

export interface UploadService {
  /** Says `processing`. @throws PassingFault as below */
  begin(
    videoId: VideoId,
    body: VideoTransition,
    options: CallOptions,
  ): Promise<Answer<VideoTransitionResult> | Limited>;
  /** @throws PassingFault whatever else than 200, 409 and 410 comes back, or nothing does */
  transition(videoId: VideoId, body: VideoTransition, options: CallOptions): Promise<Answer<VideoTransitionResult>>;
  /** @throws PassingFault as above */
  video(tenantId: TenantId, videoId: VideoId, options: CallOptions): Promise<Answer<InternalVideo>>;
}

export interface CallOptions {
  signal: AbortSignal;
  /** Default 10 s. */
  limitMs?: number;
}

const CALL_LIMIT_MS = 10_000;
const DEFAULT_PARKED_MS = 60_000;
/** How much of an unexpected answer goes into the log. */
const DETAIL_LIMIT = 500;

/** upload-service's internal API: all that this service says about a video goes through it. */
export function createUploadService(baseUrl: string, tokens: ServiceTokens): UploadService {
  async function call<T extends TSchema>(schema: T, path: string, body: unknown, options: CallOptions) {
    const limit = AbortSignal.timeout(options.limitMs ?? CALL_LIMIT_MS);
    const signal = AbortSignal.any([options.signal, limit]);
    const ask = async () => {
      const response = await fetch(new URL(path, baseUrl), {
        method: body === undefined ? "GET" : "POST",
        headers: {
          authorization: `Bearer ${await tokens.sign()}`,
          ...(body === undefined ? {} : { "content-type": "application/json" }),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        redirect: "error",
        signal,
      });
      const { headers, status } = response;
      return { status, date: headers.get("date"), retryAfter: headers.get("retry-after"), text: await response.text() };
    };
    try {
      let answer = await ask();
      if (answer.status === 401 && tokens.correct(answer.date)) answer = await ask();
      return understand(schema, answer);
    } catch (error) {
      options.signal.throwIfAborted();
      if (error instanceof PassingFault) throw error;
      throw new PassingFault(`upload-service cannot be reached: ${String(error)}`, { cause: error });
    }
  }

  const transition: UploadService["begin"] = (videoId, body, options) =>
    call(VideoTransitionResult, `/internal/v1/videos/${videoId}/transitions`, body, options);
  return {
    begin: transition,
    transition: async (videoId, body, options) => unlimited(await transition(videoId, body, options)),
    video: async (tenantId, videoId, options) =>
      unlimited(await call(InternalVideo, `/internal/v1/videos/${videoId}?tenant_id=${tenantId}`, undefined, options)),
  };
}

/**
 * Only what speaks of the run itself ends it. A wrong secret, a wrong route or a refused body is a fault of the
 * installation: whoever runs it mends that, and the job waits meanwhile.
 */
function understand<T extends TSchema>(
  schema: T,
  { retryAfter, status, text }: { status: number; retryAfter: string | null; text: string },
): Answer<Static<T>> | Limited {
  const body = parse(text);
  if (status === 200 && Value.Check(schema, body)) return { kind: "ok", value: body };
  if (status === 409) return { kind: "superseded" };
  if (status === 410 || (status === 404 && Value.Check(Problem, body) && body.code === "VIDEO_NOT_FOUND"))
    return { kind: "deleted" };
  const seconds = Number.parseInt(retryAfter ?? "", 10);
  const retryAfterMs = seconds >= 0 ? seconds * 1000 : null;
  if (status === 429 && Value.Check(Problem, body) && body.code === "TENANT_RUNNING_LIMIT")
    return { kind: "limited", retryAfterMs: retryAfterMs ?? DEFAULT_PARKED_MS };
  throw new PassingFault(`upload-service answered ${status}: ${text.slice(0, DETAIL_LIMIT)}`, { retryAfterMs });
}

/** Only a beginning can be kept waiting. */
function unlimited<T>(answer: Answer<T> | Limited): Answer<T> {
  if (answer.kind === "limited") throw new PassingFault("upload-service limits what has begun");
  return answer;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
