import { type Static, Type } from "typebox";
import { Text, Timestamp } from "./common.ts";

/** S3 counts parts from 1 to this. */
export const MAX_PARTS = 10_000;
/** How many parts one call signs or records. */
export const MAX_PARTS_A_CALL = 100;

/** As the store gave it, a few hundred characters; opaque. */
const UploadId = Text({ minLength: 1, maxLength: 1024 });
const PartNumber = Type.Integer({ minimum: 1, maximum: MAX_PARTS });

/** One part as the store took it. `etag` is the answer's `ETag`, with or without its quotes. */
export const UploadedPart = Type.Object(
  {
    part_number: PartNumber,
    size_bytes: Type.Integer({ minimum: 1 }),
    etag: Type.String({ pattern: '^"?[\\x21\\x23-\\x7e]{1,256}"?$' }),
  },
  { additionalProperties: false },
);
export type UploadedPart = Static<typeof UploadedPart>;

/**
 * The multipart upload that is open for a PENDING video. Part n holds the bytes from (n - 1) * `part_size`; all parts
 * are equal but the last. `parts` are those recorded so far, by number, so that an upload is resumed after a reload.
 */
export const MultipartUpload = Type.Object({
  upload_id: Type.String(),
  part_size: Type.Integer({ minimum: 1 }),
  part_count: PartNumber,
  size_bytes: Type.Integer({ minimum: 1 }),
  parts: Type.Array(Type.Object({ part_number: PartNumber, size_bytes: Type.Integer(), etag: Type.String() })),
});
export type MultipartUpload = Static<typeof MultipartUpload>;

export const SignParts = Type.Object(
  {
    upload_id: UploadId,
    part_numbers: Type.Array(PartNumber, { minItems: 1, maxItems: MAX_PARTS_A_CALL }),
  },
  { additionalProperties: false },
);
export type SignParts = Static<typeof SignParts>;

/** How the browser sends a part: exactly this method, URL and these headers, and exactly the part's size. */
export const SignedPart = Type.Object({
  part_number: PartNumber,
  method: Type.Literal("PUT"),
  url: Type.String(),
  headers: Type.Record(Type.String(), Type.String()),
  expires_at: Timestamp,
});
export type SignedPart = Static<typeof SignedPart>;

export const SignedParts = Type.Object({ parts: Type.Array(SignedPart) });
export type SignedParts = Static<typeof SignedParts>;

export const RecordParts = Type.Object(
  { upload_id: UploadId, parts: Type.Array(UploadedPart, { minItems: 1, maxItems: MAX_PARTS_A_CALL }) },
  { additionalProperties: false },
);
export type RecordParts = Static<typeof RecordParts>;

/** Assembles the parts; `parts` records the last ones in the same call. */
export const CompleteMultipart = Type.Object(
  { upload_id: UploadId, parts: Type.Optional(Type.Array(UploadedPart, { maxItems: MAX_PARTS_A_CALL })) },
  { additionalProperties: false },
);
export type CompleteMultipart = Static<typeof CompleteMultipart>;

/** The assembled object, as the store has it; `POST .../upload/complete/` comes next, as after a single PUT. */
export const CompletedMultipart = Type.Object({
  id: Type.Integer(),
  size_bytes: Type.Integer(),
  etag: Type.String(),
});
export type CompletedMultipart = Static<typeof CompletedMultipart>;

export const AbortMultipart = Type.Object({ upload_id: UploadId }, { additionalProperties: false });
export type AbortMultipart = Static<typeof AbortMultipart>;
