import t from "tap";
import { colourPlanFor } from "../../src/plan/colour.ts";
import { video } from "../support/info.ts";

const none = { transfer: null, primaries: null, space: null, range: null };

t.test("what is not said is guessed by size, as players do", async (t) => {
  t.equal(colourPlanFor(video({ width: 1280, height: 720 })).output.space, "bt709");
  t.equal(colourPlanFor(video({ width: 640, height: 480 })).output.space, "smpte170m");
});

t.test("HDR is tone mapped, wide gamut converted, the rest only tagged", async (t) => {
  const pq = { transfer: "smpte2084", primaries: "bt2020", space: "bt2020nc", range: "tv" };
  t.equal(colourPlanFor(video({ colour: pq })).treatment, "tonemap");
  t.equal(colourPlanFor(video({ colour: { ...none, transfer: "arib-std-b67" } })).space, "bt2020nc");
  const wide = { transfer: "bt2020-10", primaries: "bt2020", space: "bt2020nc", range: "tv" };
  t.equal(colourPlanFor(video({ colour: wide })).treatment, "convert");
  const p3 = { transfer: "bt709", primaries: "smpte432", space: "bt709", range: "tv" };
  t.match(colourPlanFor(video({ colour: p3 })), { treatment: "convert", output: { primaries: "bt709" } });
  t.equal(colourPlanFor(video({ colour: { ...none, space: "bt470bg", range: "pc" } })).treatment, "none");
});

t.test("matrices that the scaler refuses are hidden from it", async (t) => {
  const plan = (space: string, special: Parameters<typeof video>[0] = {}) =>
    colourPlanFor(video({ colour: { ...none, space }, ...special }));
  t.match(plan("ycgco"), { treatment: "convert", space: "ycgco", hideSpace: true });
  t.match(plan("ictcp"), { treatment: "none", space: "bt709", hideSpace: true });
  t.match(plan("gbr"), { treatment: "none", space: "bt709", range: "tv", hideSpace: true }, "says RGB, and is not");
  t.match(plan("gbr", { pixelFormat: "gbrp" }), { treatment: "none", range: "pc", hideSpace: false });
  t.match(plan("smpte240m"), { treatment: "none", space: "smpte240m", output: { space: "bt709" }, hideSpace: false });
});

t.test("pictures in RGB become BT.709", async (t) => {
  for (const pixelFormat of ["rgb24", "bgra", "pal8", "gbrp", "rgb565le", "gbrap12le"]) {
    const plan = colourPlanFor(video({ pixelFormat, width: 100, height: 100 }));
    t.equal(plan.output.space, "bt709", pixelFormat);
  }
});

t.test("names that no filter knows are no names", async (t) => {
  const colour = { transfer: "reserved", primaries: "reserved", space: "bt709;[x]", range: "tv" };
  const plan = colourPlanFor(video({ colour }));
  t.same(plan.output, { transfer: "bt709", primaries: "bt709", space: "bt709" });
  t.equal(plan.treatment, "none");
});
