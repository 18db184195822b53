import type { JWTPayload } from "jose";
import t, { type Test } from "tap";
import { rememberVerified } from "../src/remembered-tokens.ts";

const SKEW = 60;
const START = 1_795_000_000;

/** A verifier that counts, and clocks that stand still until they are set. */
function counting(t: Test, claims: JWTPayload) {
  let seconds = START;
  let passed = 0;
  const [date, monotonic] = [Date.now, performance.now];
  Date.now = () => seconds * 1000;
  performance.now = () => passed * 1000;
  t.teardown(() => {
    Date.now = date;
    performance.now = monotonic;
  });
  const asked: string[] = [];
  const verify = rememberVerified(async (token) => {
    asked.push(token);
    if (token.startsWith("bad")) throw new Error("refused");
    return { ...claims };
  }, SKEW);
  const advance = (by: number): void => {
    seconds += by;
    passed += by;
  };
  const setClock = (to: number): void => {
    seconds = to;
  };
  return { verify, asked, advance, setClock };
}

t.test("a token is verified once, and known again as the same claims", async (t) => {
  const { verify, asked } = counting(t, { sub: "a", exp: START + 600 });
  const first = await verify("token-1");
  t.equal(await verify("token-1"), first);
  const crowd = await Promise.all([verify("token-0"), verify("token-0")]);
  t.equal(crowd[0], crowd[1], "also where two come at once");
  asked.splice(1);
  t.throws(() => Object.assign(first, { tenant_id: 2 }), TypeError, "nobody changes what others are given");
  t.not(await verify("token-2"), first);
  t.not(await verify("token-1 "), first, "by the exact text");
  t.same(asked, ["token-1", "token-2", "token-1 "]);
});

t.test("never past exp and its skew, never before nbf", async (t) => {
  const { verify, asked, advance, setClock } = counting(t, { exp: START + 10, nbf: START - 5 });
  await verify("token");
  advance(50);
  await verify("token");
  t.equal(asked.length, 1);
  setClock(START + 10 + SKEW - 1);
  await verify("token");
  t.equal(asked.length, 1, "the last second");
  setClock(START + 10 + SKEW);
  await verify("token");
  t.equal(asked.length, 2, "asked anew, and it is the verifier that refuses");
  setClock(START - 5 - SKEW);
  await verify("token");
  t.equal(asked.length, 2, "as early as may be");
  setClock(START - 5 - SKEW - 1);
  await verify("token");
  t.equal(asked.length, 3, "a clock that was put back");
});

t.test("for a minute at most: then the key set is asked again", async (t) => {
  const { verify, asked, advance } = counting(t, { exp: START + 600 });
  await verify("token");
  advance(59);
  await verify("token");
  t.equal(asked.length, 1);
  advance(1);
  await verify("token");
  t.equal(asked.length, 2);
});

t.test("what was refused is not remembered", async (t) => {
  const { verify, asked } = counting(t, { exp: START + 600 });
  for (const time of [1, 2]) await t.rejects(verify("bad"), { message: "refused" }, `time ${time}`);
  t.equal(asked.length, 2);
});

t.test("memory is bounded: what was not used longest gives way", async (t) => {
  const { verify, asked } = counting(t, { exp: START + 600 });
  const long = "x".repeat(8_000);
  for (let index = 0; index < 3_000; index += 1) await verify(`${long}${index}`);
  asked.length = 0;
  await verify(`${long}2999`);
  t.equal(asked.length, 0);
  await verify(`${long}0`);
  t.equal(asked.length, 1);
});
