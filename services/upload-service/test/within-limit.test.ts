import t from "tap";
import { withinLimit } from "../src/within-limit.ts";

t.test("gives what the work gives, its error, or up", async (t) => {
  t.equal(await withinLimit(Promise.resolve(7), 50), 7);
  await t.rejects(withinLimit(Promise.reject(new Error("lost")), 50), { message: "lost" });
  const late = Promise.withResolvers<never>();
  await t.rejects(withinLimit(late.promise, 50), { message: /did not answer within 50 ms/ });
  // Heard by nobody any more, and yet it must not end the process.
  late.reject(new Error("too late"));
});
