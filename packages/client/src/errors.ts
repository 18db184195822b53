import type { Problem } from "./wire.ts";

export type Locale = "ko" | "en";

/** What this package itself has to say, in the words for a teacher. Refusals by the services bring their own. */
const REASONS = {
  NETWORK: {
    ko: "인터넷에 연결할 수 없습니다. 연결을 확인해 주세요. 연결되면 자동으로 이어집니다.",
    en: "There is no connection to the server. Please check your internet connection; it continues by itself.",
  },
  ABORTED: { ko: "업로드를 취소했습니다.", en: "The upload was cancelled." },
  FILE_EMPTY: {
    ko: "내용이 없는 빈 파일입니다. 다른 파일을 선택해 주세요.",
    en: "The file is empty. Please choose another one.",
  },
  FILE_CHANGED: {
    ko: "업로드하는 동안 파일이 바뀌었거나 읽을 수 없게 되었습니다. 파일을 다시 선택해 주세요.",
    en: "The file was changed or can no longer be read. Please choose it again.",
  },
  FILE_DIFFERENT: {
    ko: "처음에 올리던 파일이 아닙니다. 같은 파일을 선택해 주세요.",
    en: "This is not the file that was being uploaded. Please choose the same one.",
  },
  FILE_NEEDED: {
    ko: "파일을 다시 선택하면 업로드가 이어집니다.",
    en: "Please choose the file again; the upload continues where it stopped.",
  },
  UPLOAD_ELSEWHERE: {
    ko: "다른 탭이나 창에서 이미 올리고 있는 파일입니다.",
    en: "Another tab or window is already uploading this file.",
  },
  ETAG_HIDDEN: {
    ko: "저장소 설정 때문에 업로드할 수 없습니다. 관리자에게 문의해 주세요.",
    en: "The upload is not possible because of the store's settings. Please contact your administrator.",
  },
  UNAUTHENTICATED: {
    ko: "로그인 정보가 올바르지 않습니다. 다시 로그인해 주세요.",
    en: "Your sign-in is not valid. Please sign in again.",
  },
  /** The services answer UNAUTHENTICATED for both: the token itself says when it ended. */
  TOKEN_EXPIRED: {
    ko: "로그인이 만료되었습니다. 다시 로그인해 주세요.",
    en: "Your sign-in has expired. Please sign in again.",
  },
  VIDEO_NOT_FOUND: { ko: "동영상을 찾을 수 없습니다.", en: "The video could not be found." },
  SOURCE_TOO_LARGE: {
    ko: "파일이 너무 큽니다. 강의를 나누거나 더 작게 저장해 주세요.",
    en: "The file is too large. Please split the lecture or save a smaller version.",
  },
  TENANT_QUEUE_FULL: {
    ko: "변환을 기다리는 동영상이 너무 많습니다. 자리가 나면 자동으로 이어집니다.",
    en: "Too many videos are waiting. It continues by itself when there is room.",
  },
  TENANT_DAILY_LIMIT: {
    ko: "오늘 변환할 수 있는 시간을 모두 썼습니다. 시간이 지나면 자동으로 이어집니다.",
    en: "Today's hours of video are used up. It continues by itself later.",
  },
  REFUSED: {
    ko: "요청을 처리하지 못했습니다. 계속되면 관리자에게 문의해 주세요.",
    en: "The request was refused. Please contact your administrator if it happens again.",
  },
  UNAVAILABLE: {
    ko: "서버에 잠시 문제가 있습니다. 잠시 후 다시 시도해 주세요.",
    en: "There is a problem on our side. Please try again later.",
  },
} as const satisfies Record<string, Record<Locale, string>>;

export type LocalCode = keyof typeof REASONS;

export interface LecternErrorFields {
  readonly code: string;
  readonly detail: string;
  readonly reason: string;
  readonly status?: number;
  readonly retryAfterMs?: number | null;
  readonly problem?: Problem | null;
  readonly cause?: unknown;
}

/**
 * Whatever goes wrong. `status` 0 means that no answer came (`NETWORK`), or that this package itself refused
 * (`FILE_DIFFERENT` and the like); any other is the service's refusal.
 */
export class LecternError extends Error {
  override readonly name = "LecternError";
  /** Stable: of the problem that the service answered, or one of this package. */
  readonly code: string;
  /** HTTP status; 0 without an answer. */
  readonly status: number;
  /** For developers: what is wrong and what to do. */
  readonly detail: string;
  /** One sentence for a teacher, in the client's locale. */
  readonly reason: string;
  readonly retryAfterMs: number | null;
  readonly problem: Problem | null;

  constructor({ code, detail, reason, status = 0, retryAfterMs = null, problem = null, cause }: LecternErrorFields) {
    super(`${code}: ${detail}`, { cause });
    this.code = code;
    this.status = status;
    this.detail = detail;
    this.reason = reason;
    this.retryAfterMs = retryAfterMs;
    this.problem = problem;
  }

  /** Whether the same call may succeed later. */
  get passing(): boolean {
    const { status } = this;
    return this.code === "NETWORK" || status === 408 || status === 429 || status >= 500;
  }
}

export function localError(code: LocalCode, locale: Locale, detail: string, cause?: unknown): LecternError {
  return new LecternError({ code, detail, reason: REASONS[code][locale], cause });
}

/**
 * @param status of an answer that is no problem+json too, as a balancer or the store gives one
 * @param said whose sentence is given where the answer brings none
 */
export function refusal(
  status: number,
  problem: Problem | null,
  locale: Locale,
  retryAfterMs: number | null,
  said?: LocalCode,
): LecternError {
  const code = problem?.code ?? `HTTP_${status}`;
  const general = status >= 500 || status === 429 ? "UNAVAILABLE" : "REFUSED";
  const known = said ?? (code in REASONS ? (code as LocalCode) : general);
  return new LecternError({
    code,
    status,
    problem,
    retryAfterMs,
    detail: problem?.detail ?? `The server answered ${status}.`,
    reason: problem?.error_reason ?? REASONS[known][locale],
  });
}
