import type { CompletedMultipart, MultipartUpload, SignedParts, UploadedPart, VideoDetail } from "@lectern/contracts";
import { type Answer, type CallOptions, type Either, startService, type TestService } from "../support/service.ts";

export const MIB = 1024 ** 2;
/** The smallest part that the store takes. */
export const PART = 5 * MIB;

type Got<T> = Promise<Answer<Either<T>>>;

export interface Parts {
  open(id: number, options?: CallOptions): Got<MultipartUpload>;
  sign(id: number, upload_id: string, part_numbers: number[]): Got<SignedParts>;
  list(id: number): Got<MultipartUpload>;
  record(id: number, upload_id: string, parts: UploadedPart[]): Got<MultipartUpload>;
  assemble(id: number, upload_id: string, parts?: UploadedPart[]): Got<CompletedMultipart>;
  abort(id: number, upload_id: string): Got<object>;
  confirm(id: number): Got<VideoDetail>;
  /** Signs and PUTs one part of the file, as a browser does. */
  send(id: number, upload: MultipartUpload, number: number, file: Buffer): Promise<UploadedPart>;
}

/** The calls by their names. */
export function partsOf(s: TestService): Parts {
  const at = (id: number, tail: string) => `/api/v1/media/videos/${id}/upload/${tail}`;
  const api: Parts = {
    open: (id, options) => s.call("POST", at(id, "multipart/"), undefined, options),
    sign: (id, upload_id, part_numbers) => s.call("POST", at(id, "multipart/sign"), { upload_id, part_numbers }),
    list: (id) => s.call("GET", at(id, "multipart/parts")),
    record: (id, upload_id, parts) => s.call("POST", at(id, "multipart/parts"), { upload_id, parts }),
    assemble: (id, upload_id, parts) => s.call("POST", at(id, "multipart/complete"), { upload_id, parts }),
    abort: (id, upload_id) => s.call("POST", at(id, "multipart/abort"), { upload_id }),
    confirm: (id) => s.queued(id, s.call("POST", at(id, "complete/"))),
    async send(id, upload, number, file) {
      const [signed] = (await api.sign(id, upload.upload_id, [number])).body.parts;
      if (signed === undefined) throw new Error(`Part ${number} was not signed.`);
      const bytes = file.subarray((number - 1) * upload.part_size, number * upload.part_size);
      const answer = await fetch(signed.url, { method: signed.method, headers: signed.headers, body: bytes });
      if (!answer.ok) throw new Error(`${answer.status}: ${await answer.text()}`);
      return { part_number: number, size_bytes: bytes.byteLength, etag: answer.headers.get("etag") ?? "" };
    },
  };
  return api;
}

/** A service that cuts files into the smallest parts. */
export function startWithSmallParts(
  t: Parameters<typeof startService>[0],
  overrides: Record<string, string> = {},
): Promise<TestService> {
  return startService(t, { UPLOAD_PART_BYTES: String(PART), ...overrides });
}
