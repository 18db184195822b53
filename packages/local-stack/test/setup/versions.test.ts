import t from "tap";
import { load, type Versions } from "./support.ts";

const { atLeast, parseVersion } = await load<Versions>("versions");

t.test("versions are found in what programs print", async (t) => {
  t.same(parseVersion("v24.21.0"), [24, 21, 0]);
  t.same(parseVersion("7.0.15"), [7, 0, 15]);
  t.same(parseVersion("n7.0-2-g5fb0b1c"), [7, 0]);
  t.same(parseVersion("5.1.6-0+deb12u1"), [5, 1, 6]);
  t.same(parseVersion("8"), [8]);
  t.equal(parseVersion("no number here"), null);
  t.equal(parseVersion(""), null);
});

t.test("versions are compared number by number", async (t) => {
  t.ok(atLeast([5, 1], [5, 1]));
  t.ok(atLeast([5, 10], [5, 9]));
  t.ok(atLeast([6], [5, 1]));
  t.notOk(atLeast([5], [5, 1]));
  t.notOk(atLeast([4, 9, 9], [5]));
  t.notOk(atLeast(null, [0]));
});
