import type { LecternClient } from "@lectern/client";
import t from "tap";
import { en } from "../src/i18n/en.ts";
import { createFormat } from "../src/i18n/format.ts";
import { findRepeated } from "../src/uploads/find-repeated.ts";
import { isMedia, pick } from "../src/uploads/pick-files.ts";
import { titleOf } from "../src/uploads/title-of.ts";
import type { Transfer } from "../src/uploads/transfers.ts";
import { describe, type Shown } from "../src/work/describe.ts";

const format = createFormat("en", en.time);
const NOTHING: Shown = {
  status: "UPLOADED",
  progress: 0,
  stalled: false,
  queue_position: null,
  starts_in_seconds: null,
  encoding_remaining_seconds: null,
  remaining_low: null,
  remaining_high: null,
  encoding_step_index: null,
  encoding_step_total: null,
  encoding_step_name: null,
  error_code: null,
  error_reason: null,
};
const said = (shown: Partial<Shown>) => describe({ ...NOTHING, ...shown }, en, format);

t.test("what a teacher is told of a lecture", async (t) => {
  t.match(said({ queue_position: 3, starts_in_seconds: 130 }), {
    state: "Waiting",
    detail: "Number 3 in line",
    time: "starts in about 2 min",
    percent: null,
  });
  t.match(said({ queue_position: 1, starts_in_seconds: 0 }), { detail: "Next in line", time: "starts any moment" });
  t.match(said({ queue_position: null }), { detail: null, time: null }, "nothing is made up");
  const working: Partial<Shown> = {
    status: "PROCESSING",
    progress: 42.5,
    encoding_step_index: 4,
    encoding_step_total: 7,
    encoding_step_name: "transcoding",
  };
  t.match(said({ ...working, encoding_remaining_seconds: 240, remaining_low: 185, remaining_high: 290 }), {
    detail: "Step 4 of 7: Converting",
    time: "3 to 5 min left",
    percent: 42.5,
  });
  t.match(said(working), { time: "Estimating the time left" });
  t.match(said({ ...working, encoding_step_name: "polishing" }), { detail: "Step 4 of 7: polishing" }, "a new step");
  t.match(said({ ...working, stalled: true }), { tone: "warn", state: "Delayed", time: null });
  t.match(said({ status: "FAILED", error_code: "ENCODE_FAILED", error_reason: "Why." }), {
    tone: "bad",
    detail: "Why.",
  });
  t.match(said({ status: "FAILED", error_code: "CANCELLED" }), { tone: "held", state: "Cancelled" });
});

t.test("lectures are taken out of what was chosen", async (t) => {
  const file = (name: string, type = "", size = 1) => new File([new Uint8Array(size)], name, { type });
  const picked = pick([
    file("10.mp4"),
    file("2.mkv"),
    file(".DS_Store"),
    file("notes.pdf", "application/pdf"),
    file("empty.mp4", "video/mp4", 0),
    file("recording", "audio/mpeg"),
  ]);
  t.same(
    picked.files.map(({ name }) => name),
    ["2.mkv", "10.mp4", "recording"],
  );
  t.equal(picked.leftOut, 2);
  t.ok(isMedia({ name: "LECTURE.MTS", type: "" }));
});

t.test(
  "a file that is being sent here is known by name, size and time, one that was sent by name and size",
  async (t) => {
    const file = (name: string, lastModified = 1) => new File(["1"], name, { lastModified });
    const sent = { status: "READY", size_bytes: 1, created_at: "2026-11-21T10:00:00Z" };
    const listed = [
      { ...sent, id: 1, filename: "sent.mp4" },
      { ...sent, id: 2, filename: "interrupted.mp4" },
      { ...sent, id: 3, filename: "longer.mp4", size_bytes: 2 },
    ];
    const client = {
      videos: { list: async () => ({ items: listed, next_cursor: null }) },
      uploads: { unfinished: async () => [{ id: 2 }] },
    } as unknown as LecternClient;
    const underWay = [{ key: 1, file: file("here.mp4") }] as unknown as readonly Transfer[];
    const transfers = { underWay, list: () => underWay };
    const chosen = ["here.mp4", "sent.mp4", "interrupted.mp4", "longer.mp4", "new.mp4"].map((name) => file(name));
    const found = await findRepeated(client, transfers, [...chosen, file("here.mp4", 2)]);
    t.same(
      found.map(({ file: { name, lastModified }, earlier }) => [name, lastModified, earlier.kind]),
      [
        ["here.mp4", 1, "here"],
        ["sent.mp4", 1, "there"],
      ],
    );
    const away = { videos: { list: () => Promise.reject(new Error("offline")) }, uploads: client.uploads };
    t.same(
      await findRepeated(away as unknown as LecternClient, { underWay: [], list: () => [] }, chosen),
      [],
      "nothing is asked without an answer",
    );
  },
);

t.test("a title is the file's name without its ending", async (t) => {
  t.equal(titleOf("미적분 5강.mp4"), "미적분 5강");
  t.equal(titleOf("미적분.mp4".normalize("NFD")), "미적분", "composed");
  t.equal(titleOf("Lecture 1. Introduction"), "Lecture 1. Introduction");
  t.equal(titleOf(".mp4"), ".mp4");
});
