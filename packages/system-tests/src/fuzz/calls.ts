import { oneOf, type Random } from "../faults/random.ts";
import { type Body, bodyFor } from "./bodies.ts";
import { EVIL_IDS, inPath } from "./evil.ts";
import { type Header, oddHeaders } from "./headers.ts";
import { malformed } from "./malformed.ts";
import { queryFor } from "./queries.ts";
import type { Api, Route } from "./routes.ts";
import { forgedToken } from "./tokens.ts";
import { type Academy, type Named, nameJob, nameVideo, type World } from "./world.ts";

export interface Call {
  readonly index: number;
  readonly api: Api;
  /** The row of the table that it counts in. */
  readonly label: string;
  readonly method: string;
  readonly bytes: Buffer;
  /** Whose data may be in the answer; null: nobody's. */
  readonly viewer: number | null;
  /** Whether a route is asked for that must not open to this caller. */
  readonly shut: boolean;
  /** No well-formed HTTP: whether anything answers, and how often, is the parser's business. */
  readonly malformed: boolean;
  /** Longer than is taken: the connection may be gone before the refusal is read. */
  readonly huge: boolean;
  /** Where the other academy's id is named: the text, and what never existed in its place. */
  readonly twin: readonly [foreign: string, missing: string] | null;
}

const METHODS: readonly [string, ...string[]] = [
  ...(["GET", "POST", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS", "TRACE", "PROPFIND", "SEARCH", "PURGE"] as const),
];

/** What any route takes at most. */
const MOST_BYTES = 1024 * 1024;

export function makeCall(random: Random, index: number, routes: readonly [Route, ...Route[]], world: World): Call {
  const route = routeOf(random, routes);
  const [mine, other] = random() < 0.5 ? world.academies : [world.academies[1], world.academies[0]];
  const caller = callerOf(random, route, mine, world);
  const method = random() < 0.88 ? route.method : oneOf(random, METHODS);
  const { path, named } = pathOf(random, route, method, mine, other);
  if (random() < 0.03)
    return {
      ...{
        index,
        api: route.api,
        label: `${route.api} malformed`,
        method: "GET",
        shut: false,
        malformed: true,
        huge: false,
      },
      ...{
        bytes: malformed(random, path.replaceAll(/[^\x21-\x7e]/g, ""), mine.token),
        viewer: mine.tenant,
        twin: null,
      },
    };
  const hasBody = ["POST", "PUT", "PATCH"].includes(method) || random() < 0.02;
  const tenant = random() < 0.8 ? mine.tenant : String(mine.tenant);
  const about = { tenant, marker: mine.marker, jobId: `import-${mine.marker}` };
  const body = hasBody ? bodyFor(random, route.template, about) : null;
  const bytes = request(random, { method, path, headers: [...caller.headers, ...oddHeaders(random)], body });
  const foreign = named.flatMap(({ kind, text, missing }) =>
    kind === "foreign" && missing !== null ? [[text, missing] as const] : [],
  );
  return {
    index,
    api: route.api,
    label: `${route.api} ${method === route.method ? method : "(other)"} ${route.template.replace(/^\/api\/v1/, "")}`,
    method,
    bytes,
    viewer: caller.viewer,
    shut: route.guarded && caller.viewer === null && method === route.method,
    malformed: false,
    huge: bytes.length > MOST_BYTES,
    twin: caller.viewer !== null && foreign.length === 1 ? (foreign[0] ?? null) : null,
  };
}

/** Those of a service's operation seldom: they say the same to everybody, at length. */
function routeOf(random: Random, routes: readonly [Route, ...Route[]]): Route {
  let route = oneOf(random, routes);
  while (!route.guarded && random() < 0.9) route = oneOf(random, routes);
  return route;
}

interface Caller {
  readonly headers: readonly Header[];
  readonly viewer: number | null;
}

function callerOf(random: Random, { api }: Route, mine: Academy, world: World): Caller {
  const bearer = (token: string): Header[] => [[oneOf(random, ["authorization", "Authorization"]), `Bearer ${token}`]];
  const internal = api === "internal";
  const right = internal ? world.serviceToken : mine.token;
  const drawn = random();
  if (drawn < 0.75) return { headers: bearer(right), viewer: mine.tenant };
  if (drawn < 0.8) return { headers: [], viewer: null };
  if (drawn < 0.85) return { headers: bearer(internal ? mine.token : world.serviceToken), viewer: null };
  if (drawn < 0.9) {
    const scheme = oneOf(random, ["Basic ", "Token ", "Bearer", "Bearer  ", "Bearer\t", ""]);
    return { headers: [["authorization", `${scheme}${right}`]], viewer: null };
  }
  const tenants = world.academies.map(({ tenant }) => tenant);
  const forged = forgedToken(random, world.secrets, tenants);
  return { headers: bearer(forged.replaceAll(/[^\x20-\x7e]/g, "")), viewer: null };
}

function pathOf(random: Random, route: Route, method: string, mine: Academy, other: Academy) {
  const named: Named[] = [];
  const harmless = method === "GET" || method === "HEAD" || method === "OPTIONS";
  const name = (what: string): string => {
    if (random() < 0.25) return inPath(random, oneOf(random, EVIL_IDS));
    // The id of a tenant's share: setting one's own is allowed, and harms nobody.
    if (/\/tenants\//.test(route.template)) return String(mine.tenant);
    const found = (what === "job_id" ? nameJob : nameVideo)(random, { mine, other, harmless });
    named.push(found);
    return found.text;
  };
  let path = route.template.replaceAll(/\{(\w+)\}/g, (_whole, what: string) => name(what));
  if (random() < 0.3) path = path.replace(/^\/api\/v1/, "");
  if (random() < 0.2) path = path.endsWith("/") ? path.slice(0, -1) : `${path}/`;
  if (random() < 0.03) path += oneOf(random, ["/..", "//", "/%2e%2e/", "/x", ";a=b", "/../../metrics", "%2f", "#x"]);
  const query = queryFor(random, route, { mine, other });
  if (query.named !== null) named.push(query.named);
  return { path: path + query.text, named };
}

interface Parts {
  readonly method: string;
  readonly path: string;
  readonly headers: readonly Header[];
  readonly body: Body | null;
}

function request(random: Random, { method, path, headers, body }: Parts): Buffer {
  const lines: Header[] = [["host", "127.0.0.1"], ...headers];
  if (body?.type != null) lines.push(["content-type", body.type]);
  const chunked = body !== null && random() < 0.1;
  if (chunked) lines.push(["transfer-encoding", "chunked"]);
  else if (body !== null) lines.push(["content-length", String(body.bytes.length)]);
  const head = `${method} ${path} HTTP/1.1\r\n${lines.map(([name, value]) => `${name}: ${value}\r\n`).join("")}\r\n`;
  const sent = body?.bytes ?? Buffer.alloc(0);
  const chunk = sent.length === 0 ? [] : [Buffer.from(`${sent.length.toString(16)}\r\n`), sent, Buffer.from("\r\n")];
  return Buffer.concat([Buffer.from(head, "latin1"), ...(chunked ? [...chunk, Buffer.from("0\r\n\r\n")] : [sent])]);
}
