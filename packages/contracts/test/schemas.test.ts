import t from "tap";
import { Type } from "typebox";
import { Value } from "typebox/value";
import {
  CreateVideo,
  isVideoErrorCode,
  JobTransition,
  Nullable,
  OneOf,
  PROBLEMS,
  reasonFor,
  VIDEO_ERROR_CODES,
  VideoTransition,
} from "../src/index.ts";

t.test("every reason is a sentence that says what to do, in both languages", async (t) => {
  for (const code of VIDEO_ERROR_CODES) {
    const { ko, en } = reasonFor(code);
    t.match(ko, /^[가-힣].*\.$/, code);
    t.match(en, /^[A-Z].*\.$/, code);
    t.notMatch(en + ko, /ffmpeg|ffprobe|HTTP|S3|Redis/i, "no word of how it is made");
  }
  t.ok(isVideoErrorCode("POISON"));
  for (const none of ["poison", "toString", "__proto__", null, 7]) t.notOk(isVideoErrorCode(none));
});

t.test("every problem has a status of its family and a title", async (t) => {
  for (const [code, { status, title }] of Object.entries(PROBLEMS)) {
    t.ok(status >= 400 && status <= 503, code);
    t.match(title, /^[A-Z]/, code);
  }
});

t.test("Nullable takes null and what it wraps, and avoids anyOf where the serialiser would be slow", async (t) => {
  const cases = [
    { schema: Nullable(Type.Integer({ minimum: 1 })), good: [null, 1], bad: [0, "1", undefined] },
    { schema: Nullable(OneOf(["A", "B"])), good: [null, "A"], bad: ["C", 1] },
    { schema: Nullable(Type.Object({ x: Type.String() })), good: [null, { x: "y" }], bad: [{}, "x"] },
  ];
  for (const { schema, good, bad } of cases) {
    for (const value of good) t.ok(Value.Check(schema, value), JSON.stringify(value));
    for (const value of bad) t.notOk(Value.Check(schema, value), JSON.stringify(value));
  }
  t.match(Nullable(Type.Integer()), { type: ["integer", "null"] });
});

t.test("what browsers and workers may send", async (t) => {
  const video = { title: "Algebra", filename: "a.mp4", content_type: "video/mp4", size_bytes: 1 };
  for (const type of ["video/quicktime", "video/x-matroska", "audio/mpeg", "application/octet-stream", "image/gif"])
    t.ok(Value.Check(CreateVideo, { ...video, content_type: type }), type);
  for (const type of ["text/html", "image/svg+xml", "video/mp4; charset=x", "video/mp4\r\nx: y", ""])
    t.notOk(Value.Check(CreateVideo, { ...video, content_type: type }), type);

  const run = { tenant_id: 7, generation: 1, attempt: 1, run_token: "t" };
  t.ok(Value.Check(VideoTransition, { transition: "processing", tenant_id: "7", generation: 1, run_token: "t" }));
  t.ok(Value.Check(VideoTransition, { transition: "ready", ...run, hls_path: "a/master.m3u8", duration: 1 }));
  t.notOk(Value.Check(VideoTransition, { transition: "ready", ...run, hls_path: "a/master.m3u8", duration: 0 }));
  t.notOk(Value.Check(VideoTransition, { transition: "ready", ...run, attempt: 0, hls_path: "a", duration: 1 }));
  t.notOk(Value.Check(VideoTransition, { transition: "uploaded", ...run }));
  for (const field of ["generation", "attempt", "duration"])
    t.notOk(
      Value.Check(VideoTransition, { transition: "ready", ...run, hls_path: "a", duration: 1, [field]: 2 ** 31 }),
      `${field} beyond what the database holds`,
    );
  t.notOk(Value.Check(JobTransition, { transition: "failed", ...run }), "a failure needs its message");
});
