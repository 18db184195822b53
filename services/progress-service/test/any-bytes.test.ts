import { JobProgress, VideoProgress } from "@lectern/contracts";
import { jobRef, parseJobId, parseVideoId, progressKey, type Subject, statusKey, videoRef } from "@lectern/keys";
import fc from "fast-check";
import t from "tap";
import { Check, Errors } from "typebox/value";
import { startApp } from "./support/app.ts";

const it = await startApp();
t.teardown(it.close);

const FIELDS = [
  ...["status", "generation", "version", "updated_at", "hls_path", "duration", "error_code", "error_reason", "result"],
  ...[
    "percent",
    "step",
    "step_index",
    "step_total",
    "step_percent",
    "remaining_seconds",
    "attempt",
    "started_at",
    "closed",
  ],
  ...["job_type", "error_message", "result_omitted", "step_name_display", "__proto__", "constructor", "toJSON"],
];
const STATUSES = ["PENDING", "UPLOADED", "PROCESSING", "READY", "FAILED", "RUNNING", "DONE"];
const odd = fc.constantFrom(
  "NaN",
  "Infinity",
  "-0",
  "1e999",
  "-1",
  "1e308",
  "0.1",
  "2026-11-20T10:00:00Z",
  "\ud800",
  "",
);
const value = fc.oneof(odd, fc.jsonValue(), fc.double(), fc.string({ unit: "binary" }));
const record = fc.dictionary(fc.constantFrom(...FIELDS), value).map((fields) => JSON.stringify(fields));
const telling = fc
  .tuple(fc.constantFrom(...STATUSES), record)
  .map(([status, rest]) => `{"status":"${status}"${rest === "{}" ? "}" : `,${rest.slice(1)}`}`);
const bytes = fc.uint8Array({ maxLength: 80 }).map((content) => Buffer.from(content));
const hash = fc.array(fc.tuple(fc.constantFrom(...FIELDS), fc.oneof(odd, bytes, fc.double().map(String))), {
  minLength: 1,
});

async function put(
  subject: Subject,
  status: string | Buffer,
  progress: [string, string | Buffer][] | Buffer,
): Promise<void> {
  await it.redis.del(progressKey(subject));
  await it.redis.set(statusKey(subject), status);
  if (Buffer.isBuffer(progress)) await it.redis.set(progressKey(subject), progress);
  else await it.redis.hset(progressKey(subject), ...progress.flat());
}

const videoId = parseVideoId(7);
const jobId = parseJobId("a");
if (videoId === null || jobId === null) throw new Error("ids");
const kinds = [
  { subject: videoRef(it.tenantId, videoId), url: "/media/videos/7/progress", schema: VideoProgress },
  { subject: jobRef(it.tenantId, jobId), url: "/jobs/a/progress", schema: JobProgress },
];

t.test("any bytes under either key: 200, and an answer as the schema says", async (t) => {
  const status = fc.oneof(telling, telling, record, bytes, fc.json());
  const property = fc.asyncProperty(
    fc.constantFrom(...kinds),
    status,
    fc.oneof(hash, bytes),
    async (kind, text, progress) => {
      await put(kind.subject, text, progress);
      const answer = await it.get(kind.url);
      if (answer.status !== 200) throw new Error(`${answer.status}: ${answer.text}`);
      if (!Check(kind.schema, answer.body))
        throw new Error(`${JSON.stringify(Errors(kind.schema, answer.body))} in ${answer.text}`);
      const { status, progress: shown } = answer.body;
      if (kind.schema === VideoProgress && (shown === 100) !== (status === "READY")) throw new Error(answer.text);
    },
  );
  await fc.assert(property, { numRuns: 500 });
  t.pass();
});
