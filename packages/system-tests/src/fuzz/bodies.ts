import { gzipSync } from "node:zlib";
import { parseTenantId } from "@lectern/keys";
import { oneOf, type Random } from "../faults/random.ts";
import { evilValue } from "./evil.ts";

export interface Body {
  readonly type: string | null;
  readonly bytes: Buffer;
}

/** What a call of this route is about, as far as a body can say it. */
export interface About {
  readonly tenant: number | string;
  /** Goes into titles and names of files: whoever else reads it, reads what is not his. */
  readonly marker: string;
  readonly jobId: string;
}

type Fields = Record<string, unknown>;

const KINDS: readonly [string, ...string[]] = ["video/mp4", "audio/mpeg", "image/gif", "application/octet-stream"];

function announced(random: Random, { marker }: About): Fields {
  return {
    title: `Lecture ${marker}`,
    filename: `${marker}.mp4`,
    content_type: oneOf(random, KINDS),
    size_bytes: Math.floor(1 + random() * 10_000_000),
  };
}

function run(random: Random, { tenant }: About): Fields {
  const numbers = { generation: oneOf(random, [1, 1, 2]), attempt: oneOf(random, [1, 1, 2]) };
  return { tenant_id: tenant, ...numbers, run_token: oneOf(random, ["fuzz-1", "fuzz-2", "another"]) };
}

function transition(random: Random, about: About): Fields {
  return oneOf<Fields>(random, [
    { transition: "processing", ...run(random, about) },
    { transition: "running", ...run(random, about) },
    { transition: "released", ...run(random, about), detail: "fuzz" },
    { transition: "ready", ...run(random, about), hls_path: `tenants/${about.tenant}/x`, duration: 3, result: {} },
    { transition: "done", ...run(random, about), result: { [about.marker]: 1 } },
    { transition: "failed", ...run(random, about), error_code: "SOURCE_UNREADABLE", error_message: "fuzz" },
  ]);
}

/** A body that the route could take, by its path; `{}` for routes that take none. */
export function plausible(random: Random, path: string, about: About): Fields {
  if (path.endsWith("/transitions")) return transition(random, about);
  if (path.endsWith("/urgent")) return { tenant_id: about.tenant };
  if (path.endsWith("/share")) return { weight: oneOf(random, [0.1, 1, 2]) };
  if (path.endsWith("/bulk/")) {
    const count = oneOf(random, [1, 2, 5]);
    return { videos: Array.from({ length: count }, () => announced(random, about)) };
  }
  if (path.endsWith("/jobs")) return { tenant_id: about.tenant, job_id: about.jobId, job_type: "fuzz_import" };
  return path.endsWith("/media/videos/") ? announced(random, about) : {};
}

const POISONED_KEYS: readonly [string, ...string[]] = ["__proto__", "constructor", "prototype", "toString", "id", "\0"];

function spoilt(random: Random, fields: Fields): Fields {
  const names = Object.keys(fields);
  const name = names[Math.floor(random() * names.length)] ?? "title";
  const kind = random();
  if (kind < 0.55) return { ...fields, [name]: name === "tenant_id" ? noTenant(random) : evilValue(random) };
  if (kind < 0.75) return Object.fromEntries(Object.entries(fields).filter(([each]) => each !== name));
  // As JSON has it: a key of the object's own, whatever it is called.
  const entries: [string, unknown][] = [...Object.entries(fields), [oneOf(random, POISONED_KEYS), evilValue(random)]];
  return Object.fromEntries(entries);
}

/** A service may name any tenant: what it says of a third one is nobody's secret, and no answer to hold another against. */
function noTenant(random: Random): unknown {
  const value = evilValue(random);
  return parseTenantId(value) === null ? value : -1;
}

const LIES: readonly [string, ...string[]] = [
  ...([
    "text/plain",
    "application/xml",
    "multipart/form-data; boundary=x",
    "application/x-www-form-urlencoded",
  ] as const),
  ...["application/json; charset=utf-16", "application/jsonp", "application/json, text/plain", "json", "/", "*/*"],
  ...["application/problem+json", `application/${"x".repeat(3_000)}`, "application/json;charset=\u00ff"],
];

/** Once in a while: the largest body that is taken is 1 MiB, or 4 for many videos at once. */
const HUGE = 5 * 1024 * 1024;

/** A body for a call: half of them as they should be. */
export function bodyFor(random: Random, path: string, about: About): Body {
  const fields = plausible(random, path, about);
  const drawn = random();
  if (drawn < 0.5) return json(fields);
  if (drawn < 0.78) return json(spoilt(random, fields));
  if (drawn < 0.84) return { type: oneOf(random, LIES), bytes: Buffer.from(JSON.stringify(fields)) };
  if (drawn < 0.842) return json({ ...fields, title: "x".repeat(HUGE) });
  return { type: "application/json", bytes: broken(random, Buffer.from(JSON.stringify(fields))) };
}

function json(value: unknown): Body {
  return { type: "application/json", bytes: Buffer.from(JSON.stringify(value) ?? "null") };
}

function broken(random: Random, whole: Buffer): Buffer {
  return oneOf<() => Buffer>(random, [
    () => whole.subarray(0, Math.floor(random() * whole.length)),
    () => Buffer.concat([whole, whole]),
    () => Buffer.concat([Buffer.from("\ufeff"), whole]),
    () => Buffer.from(whole.map((byte) => (random() < 0.05 ? Math.floor(random() * 256) : byte))),
    () => gzipSync(whole),
    () => Buffer.from(JSON.stringify(evilValue(random)) ?? "null"),
    () => Buffer.from("[".repeat(50_000)),
    () => Buffer.from(`{"title":${"[".repeat(20_000)}${"]".repeat(20_000)}}`),
    () => Buffer.from(`{"a":${"1".repeat(10_000)}}`),
    () => Buffer.from('{"__proto__":{"isAdmin":true},"title":"x"}'),
    () => Buffer.from('{"title":"a","title":"b","constructor":{"prototype":{"x":1}}}'),
    () => Buffer.from([0xff, 0xfe, 0x00, 0xc3, 0x28]),
    () => Buffer.alloc(0),
  ])();
}
