/**
 * Why a video FAILED: a stable code for programs, and one sentence for a teacher in Korean and English.
 * The sentence says what is wrong and what to do; technical detail stays in the job's record.
 */
const REASONS = {
  SOURCE_MISSING: {
    ko: "업로드된 파일을 찾을 수 없습니다. 파일을 다시 업로드해 주세요.",
    en: "The uploaded file could not be found. Please upload the file again.",
  },
  SOURCE_CHANGED: {
    ko: "업로드가 확인된 뒤에 파일이 바뀌었습니다. 파일을 다시 업로드해 주세요.",
    en: "The file was changed after its upload had been confirmed. Please upload the file again.",
  },
  SOURCE_UNREADABLE: {
    ko: "동영상이나 음성 파일이 아니거나 손상되어 읽을 수 없습니다. 파일이 재생되는지 확인한 뒤 다시 업로드해 주세요.",
    en: "This is not a video or audio file, or it is damaged. Please check that the file plays on your computer and upload it again.",
  },
  SOURCE_INCOMPLETE: {
    ko: "파일이 중간에 끊겨 있습니다. 녹화와 복사가 끝까지 완료된 파일인지 확인한 뒤 다시 업로드해 주세요.",
    en: "The file is cut short. Please check that recording and copying were finished and upload the whole file again.",
  },
  SOURCE_ENCRYPTED: {
    ko: "암호화(DRM)된 파일은 변환할 수 없습니다. 보호되지 않은 원본을 업로드해 주세요.",
    en: "The file is encrypted (DRM) and cannot be converted. Please upload an unprotected original.",
  },
  UNSUPPORTED_FORMAT: {
    ko: "지원하지 않는 파일 형식입니다. MP4(H.264)로 저장한 뒤 다시 업로드해 주세요.",
    en: "This file format is not supported. Please save the lecture as MP4 (H.264) and upload it again.",
  },
  UNSUPPORTED_CODEC: {
    ko: "지원하지 않는 코덱으로 만든 파일입니다. MP4(H.264)로 저장한 뒤 다시 업로드해 주세요.",
    en: "The file was made with a codec that is not supported. Please save the lecture as MP4 (H.264) and upload it again.",
  },
  NO_PLAYABLE_STREAM: {
    ko: "파일에 재생할 수 있는 영상이나 소리가 없습니다. 다른 파일을 업로드해 주세요.",
    en: "The file holds neither a picture nor a sound that can be played. Please upload another file.",
  },
  LIMITS_EXCEEDED: {
    ko: "화면 크기, 길이 또는 트랙 수가 허용 범위를 넘습니다. 더 작게 저장한 뒤 다시 업로드해 주세요.",
    en: "The picture size, the duration or the number of tracks is beyond what is allowed. Please save a smaller version and upload it again.",
  },
  PROCESSING_TIMEOUT: {
    ko: "변환이 제한 시간 안에 끝나지 않았습니다. 강의를 나누어 다시 업로드해 주세요.",
    en: "The conversion did not finish within the time allowed. Please split the lecture and upload it again.",
  },
  ENCODE_FAILED: {
    ko: "파일을 변환하지 못했습니다. 파일이 끝까지 재생되는지 확인한 뒤 다시 업로드해 주세요.",
    en: "The file could not be converted. Please check that it plays to the end and upload it again.",
  },
  OUTPUT_INVALID: {
    ko: "변환 결과가 검사를 통과하지 못했습니다. 다시 시도해 주시고, 계속되면 관리자에게 문의해 주세요.",
    en: "The converted video did not pass its checks. Please try again, and contact your administrator if it happens again.",
  },
  POISON: {
    ko: "이 파일을 변환하는 중에 여러 번 작업이 중단되었습니다. MP4(H.264)로 다시 저장한 뒤 업로드해 주세요.",
    en: "Converting this file broke off several times. Please save it anew as MP4 (H.264) and upload it again.",
  },
  CANCELLED: {
    ko: "변환이 취소되었습니다. 원하시면 다시 시도할 수 있습니다.",
    en: "The conversion was cancelled. You can start it again if you like.",
  },
  INTERNAL: {
    ko: "서버 문제로 변환하지 못했습니다. 잠시 후 다시 시도해 주세요.",
    en: "The conversion failed because of a problem on our side. Please try again later.",
  },
} as const satisfies Record<string, { ko: string; en: string }>;

export type VideoErrorCode = keyof typeof REASONS;

export const VIDEO_ERROR_CODES = Object.keys(REASONS) as readonly VideoErrorCode[];

/** The sentence for a teacher; both languages are complete sentences that say what to do next. */
export function reasonFor(code: VideoErrorCode): { ko: string; en: string } {
  return REASONS[code];
}

export function isVideoErrorCode(value: unknown): value is VideoErrorCode {
  return typeof value === "string" && Object.hasOwn(REASONS, value);
}
