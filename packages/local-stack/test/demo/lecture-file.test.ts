import path from "node:path";
import t from "tap";
import { describeLecture } from "../../src/demo/lecture-file.ts";

t.test("any name is presentable, and the type follows the extension", async (t) => {
  const dir = t.testdir({
    "-v a 'q\"? & #%2f 강의.MP4": "x",
    "no extension": "xx",
    "line\nbreak.webm": "x",
    "\u0007.mov": "x",
  });
  t.match(describeLecture(path.join(dir, "-v a 'q\"? & #%2f 강의.MP4")), {
    title: "-v a 'q\"? & #%2f 강의",
    filename: "-v a 'q\"? & #%2f 강의.MP4",
    contentType: "video/mp4",
    sizeBytes: 1,
  });
  t.match(describeLecture(path.join(dir, "no extension")), { contentType: "application/octet-stream", sizeBytes: 2 });
  t.match(describeLecture(path.join(dir, "line\nbreak.webm")), { title: "line break", filename: "line break.webm" });
  t.match(describeLecture(path.join(dir, "\u0007.mov")), { title: "lecture", filename: ".mov" });
});

t.test("what cannot be uploaded is said in a sentence", async (t) => {
  const dir = t.testdir({ "empty.mp4": "" });
  t.throws(() => describeLecture(path.join(dir, "empty.mp4")), { message: /is empty/ });
  t.throws(() => describeLecture(dir), { message: /is a folder/ });
  t.throws(() => describeLecture("/dev/null"), { message: /is no regular file/ });
  t.throws(() => describeLecture(path.join(dir, "none")), { message: /There is no file/ });
});
