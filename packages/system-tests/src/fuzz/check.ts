import { PROBLEMS } from "@lectern/contracts";
import { type Answer, headerOf } from "./answer.ts";
import type { Call } from "./calls.ts";
import { idsIn, type World } from "./world.ts";

/** `server_error`: 5xx. `leak`: another's data, or a token. `violation`: any other promise that was not kept. */
export interface Finding {
  readonly kind: "server_error" | "leak" | "violation";
  readonly what: string;
  readonly call: Pick<Call, "index" | "label">;
}

/** An id of a video that the caller had not named: whose it is, the database says afterwards. */
export interface Sighting {
  readonly id: number;
  readonly viewer: number | null;
  readonly call: Pick<Call, "index" | "label">;
}

export interface Checked {
  readonly findings: readonly Finding[];
  readonly sightings: readonly Sighting[];
}

/** What a request says, in every spelling that an answer may give back. */
export function textOf({ bytes }: Pick<Call, "bytes">): string {
  const sent = bytes.toString("latin1");
  return `${sent}\n${bytes.toString("utf8")}\n${sent.replaceAll(/%([0-9a-f]{2})/gi, (_all, code: string) => String.fromCharCode(Number.parseInt(code, 16)))}`;
}

/** Holds one answer against what every answer has to be. Pure. */
export function checkAnswer(call: Call, answer: Answer, world: World): Checked {
  const findings: Finding[] = [];
  const find = (kind: Finding["kind"], what: string) => findings.push({ kind, what, call });
  if (answer.status >= 500) find("server_error", `${answer.status} ${answer.body.slice(0, 300)}`);
  if (call.shut && answer.status < 400) find("violation", `${answer.status} to a caller without a valid token`);
  if (call.api !== "internal" && headerOf(answer, "access-control-allow-origin") !== "*")
    find("violation", `${answer.status} without CORS headers`);
  const shape = answer.status >= 400 && call.method !== "HEAD" ? problemFault(answer) : bodyFault(answer);
  if (shape !== null) find("violation", `${answer.status}: ${shape}: ${answer.body.slice(0, 200)}`);

  const said = `${answer.headers.flat().join("\n")}\n${answer.body}`;
  const sent = textOf(call);
  const ours = /\.ts:\d+|node_modules|at async |(select|from|update) "/i.exec(said)?.[0];
  if (ours !== undefined && !sent.includes(ours)) find("violation", `the answer shows our code: ${ours}`);
  for (const { tenant, marker, token } of world.academies) {
    if (said.includes(lastPart(token))) find("leak", "a token");
    if (tenant === call.viewer) continue;
    for (const secret of [marker, String(tenant)])
      if (said.includes(secret) && !sent.includes(secret)) find("leak", `${secret} of the other academy`);
  }
  const sightings = idsIn(said)
    .filter((id) => !sent.includes(String(id)))
    .map((id) => ({ id, viewer: call.viewer, call }));
  return { findings, sightings };
}

function lastPart(token: string): string {
  return token.slice(token.lastIndexOf(".") + 1);
}

function problemFault(answer: Answer): string | null {
  if (headerOf(answer, "content-type")?.startsWith("application/problem+json") !== true) return "no problem+json";
  const problem = parsed(answer.body) as { code?: unknown; status?: unknown; detail?: unknown } | undefined;
  const code = String(problem?.code);
  const known = Object.hasOwn(PROBLEMS, code) ? PROBLEMS[code as keyof typeof PROBLEMS] : undefined;
  if (known === undefined) return "no code that is known";
  if (known.status !== answer.status || problem?.status !== answer.status) return `${code} with another status`;
  return typeof problem.detail === "string" && problem.detail !== "" ? null : "no detail";
}

function bodyFault(answer: Answer): string | null {
  const json = headerOf(answer, "content-type")?.includes("json") === true;
  return json && answer.body !== "" && parsed(answer.body) === undefined ? "a body that is no JSON" : null;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Differ from answer to answer, whatever is asked; the pace depends on how busy the process is. */
const VOLATILE = new Set(["date", "etag", "content-length"]);
const VOLATILE_FIELDS = /"(request_id|expires_at)":"[^"]*"|"next_poll_ms":\d+/g;

/** How the answer for the other academy's id differs from that for an id that never existed; null: in nothing. Pure. */
export function difference(
  foreign: Answer,
  missing: Answer,
  [theirs, nobodys]: readonly [string, string],
): string | null {
  if (foreign.status === 429 || missing.status === 429) return null;
  if (foreign.status !== missing.status) return `${foreign.status} instead of ${missing.status}`;
  const headers = ({ headers: all }: Answer, id: string) =>
    all
      .filter(([name]) => name !== "retry-after")
      .map(([name, value]) => `${name}: ${VOLATILE.has(name) ? "" : value.replaceAll(id, "ID")}`)
      .join("\n");
  if (headers(foreign, theirs) !== headers(missing, nobodys))
    return `other headers: ${headers(foreign, theirs)} instead of ${headers(missing, nobodys)}`;
  const body = ({ body: text }: Answer, id: string) =>
    text.replaceAll(id, "ID").replaceAll(VOLATILE_FIELDS, (field) => field.slice(0, field.indexOf(":")));
  return body(foreign, theirs) === body(missing, nobodys)
    ? null
    : `${body(foreign, theirs).slice(0, 300)} instead of ${body(missing, nobodys).slice(0, 300)}`;
}
