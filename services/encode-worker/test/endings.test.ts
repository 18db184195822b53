import { MediaError } from "@lectern/media";
import { ObjectStoreError } from "@lectern/object-store";
import t from "tap";
import { isPassing, judge, PassingFault, PatienceExhausted, RunEnded, RunFailed } from "../src/endings.ts";

const diskFull = Object.assign(new Error("write"), { code: "ENOSPC" });

t.test("what becomes of a run by the error that ended it", async (t) => {
  const cases: [unknown, object][] = [
    [new RunEnded("closed"), { kind: "ended", why: "closed" }],
    [new RunFailed("SOURCE_CHANGED", "etag"), { kind: "failed", code: "SOURCE_CHANGED", detail: "etag" }],
    [new MediaError("SOURCE_INCOMPLETE", "cut"), { kind: "failed", code: "SOURCE_INCOMPLETE", detail: "cut" }],
    [new MediaError("ENCODE_FAILED", "killed", { passing: true }), { kind: "handed-back", counted: true }],
    [
      new MediaError("INTERNAL", "cannot start", { passing: true }),
      { kind: "handed-back", why: "machine fault", counted: false },
    ],
    [
      new MediaError("INTERNAL", "av_write: No space left on device", { passing: true }),
      { kind: "handed-back", why: "disk full", counted: false },
    ],
    [diskFull, { kind: "handed-back", why: "disk full", counted: false }],
    [new Error("outer", { cause: diskFull }), { kind: "handed-back", why: "disk full" }],
    [new PatienceExhausted("2 h"), { kind: "handed-back", why: "passing fault", counted: false }],
    [new PatienceExhausted("2 h", { cause: diskFull }), { kind: "handed-back", why: "disk full" }],
    [
      Object.assign(new Error("mkdir"), { code: "EROFS", syscall: "mkdir" }),
      { kind: "handed-back", why: "machine fault", counted: false },
    ],
    [
      Object.assign(new Error("mkdir"), { code: "ENOTDIR", syscall: "mkdir" }),
      { kind: "handed-back", why: "machine fault", counted: false },
    ],
    [Object.assign(new Error("open"), { code: "ENOENT", syscall: "open" }), { kind: "failed", code: "INTERNAL" }],
    [new TypeError("a bug"), { kind: "failed", code: "INTERNAL" }],
    ["text", { kind: "failed", code: "INTERNAL" }],
  ];
  for (const [error, verdict] of cases) t.match(judge(error), verdict);
});

t.test("the store and upload-service being away is worth another try", async (t) => {
  t.ok(isPassing(new PassingFault("x")));
  t.ok(isPassing(new ObjectStoreError("STORE_UNAVAILABLE", "x")));
  t.ok(isPassing(new ObjectStoreError("STORE_REJECTED", "x")));
  t.notOk(isPassing(new MediaError("ENCODE_FAILED", "x", { passing: true })));
  t.notOk(isPassing(diskFull));
});
