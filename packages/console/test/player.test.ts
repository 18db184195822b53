import t from "tap";
import { commandOf, speedAfter } from "../src/player/keys.ts";
import { frameAt, framesOf, parseVtt } from "../src/player/storyboard.ts";

const VTT = `WEBVTT

NOTE made by a machine

00:00:00.000 --> 00:00:10.000
storyboard-1.jpg#xywh=0,0,160,90

2
00:10.000 --> 01:00:20.500 align:start
https://store.example/b.jpg#xywh=160,90,160,90

00:20.000 --> 00:30.000
no picture
`;

t.test("a storyboard is read, and addresses are relative to it", async (t) => {
  const frames = framesOf(VTT, "https://host.example/v/1/storyboard.vtt?ticket=x");
  t.same(frames, [
    { start: 0, end: 10, url: "https://host.example/v/1/storyboard-1.jpg", x: 0, y: 0, width: 160, height: 90 },
    { start: 10, end: 3_620.5, url: "https://store.example/b.jpg", x: 160, y: 90, width: 160, height: 90 },
  ]);
  t.equal(frameAt(frames, 9.9), frames[0]);
  t.equal(frameAt(frames, 500), frames[1]);
  t.equal(frameAt([], 1), null);
});

t.test("chapters are read, also with Windows line ends", async (t) => {
  const cues = parseVtt("\uFEFFWEBVTT\r\n\r\n00:00.000 --> 00:05.000\r\n1. Cells\r\nand more\r\n");
  t.same(cues, [{ start: 0, end: 5, text: "1. Cells\nand more" }]);
  t.same(parseVtt("not a file of cues"), []);
});

t.test("keys do what they do in other players, on a Korean keyboard too", async (t) => {
  t.same(commandOf({ key: "k", code: "KeyK" }), { kind: "toggle" });
  t.same(commandOf({ key: "ㅏ", code: "KeyK" }), { kind: "toggle" });
  t.same(commandOf({ key: " ", code: "Space" }), { kind: "toggle" });
  t.same(commandOf({ key: "7", code: "Digit7" }), { kind: "jump", share: 0.7 });
  t.same(commandOf({ key: "ArrowLeft", code: "ArrowLeft" }), { kind: "seek", by: -5 });
  t.equal(commandOf({ key: "x", code: "KeyX" }), null);
});

t.test("speeds go step by step and stop at the ends", async (t) => {
  t.equal(speedAfter(1, 1), 1.25);
  t.equal(speedAfter(1, -1), 0.75);
  t.equal(speedAfter(2, 1), 2);
  t.equal(speedAfter(0.5, -1), 0.5);
});
