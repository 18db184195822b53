/** Loaded before a service: its clock is then wrong by `?seconds=`, while those of the others, and of the servers, are right. */
const shift = 1_000 * Number(new URL(import.meta.url).searchParams.get("seconds"));
const right = Date.now;
Date.now = () => right() + shift;
globalThis.Date = new Proxy(Date, {
  construct: (target, given, wanted) => Reflect.construct(target, given.length === 0 ? [Date.now()] : given, wanted),
});
