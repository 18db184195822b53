import { statSync } from "node:fs";
import path from "node:path";

/** What is uploaded: the file, and what is said about it. */
export interface LectureFile {
  readonly path: string;
  readonly title: string;
  readonly filename: string;
  readonly contentType: string;
  readonly sizeBytes: number;
}

const CONTENT_TYPES: Readonly<Record<string, string>> = {
  ".3gp": "video/3gpp",
  ".aac": "audio/aac",
  ".avi": "video/x-msvideo",
  ".flac": "audio/flac",
  ".flv": "video/x-flv",
  ".gif": "image/gif",
  ".m4a": "audio/mp4",
  ".m4v": "video/x-m4v",
  ".mkv": "video/x-matroska",
  ".mov": "video/quicktime",
  ".mp3": "audio/mpeg",
  ".mp4": "video/mp4",
  ".mpeg": "video/mpeg",
  ".mpg": "video/mpeg",
  ".mts": "video/mp2t",
  ".oga": "audio/ogg",
  ".ogg": "audio/ogg",
  ".ogv": "video/ogg",
  ".ts": "video/mp2t",
  ".wav": "audio/wav",
  ".webm": "video/webm",
  ".wmv": "video/x-ms-wmv",
};

/** A name that JSON and a database can hold, whatever bytes the file system allowed. */
function presentable(text: string, maxLength: number): string {
  const clean = text
    .toWellFormed()
    .replace(/\p{Cc}/gu, " ")
    .trim();
  return [...(clean || "lecture")].slice(0, maxLength).join("");
}

/** Looks at a file that somebody named. Throws a sentence for what cannot be uploaded. */
export function describeLecture(file: string): LectureFile {
  const stat = statSync(file, { throwIfNoEntry: false });
  if (stat === undefined) throw new Error(`There is no file ${file}.`);
  if (stat.isDirectory()) throw new Error(`${file} is a folder: name a video file.`);
  if (!stat.isFile()) throw new Error(`${file} is no regular file: name a video file.`);
  if (stat.size === 0) throw new Error(`${file} is empty: there is nothing to upload.`);
  const extension = path.extname(file).toLowerCase();
  return {
    path: file,
    title: presentable(path.basename(file, path.extname(file)), 200),
    filename: presentable(path.basename(file), 200),
    contentType: CONTENT_TYPES[extension] ?? "application/octet-stream",
    sizeBytes: stat.size,
  };
}
