import { randomBytes } from "node:crypto";
import net from "node:net";
import { endWithParent } from "./child.ts";

/** Many clients in one process, on bare sockets: what they cost must not be what is measured. */
export interface ClientsSettings {
  kind: "sse" | "ws";
  ports: readonly number[];
  token: string;
  /** Client `i` follows video `1 + i % videos`. */
  videos: number;
  /** Come back when the connection ends without a final state, as an EventSource does. */
  comeBack: boolean;
}

export type ClientsQuestion =
  | { type: "open"; count: number }
  | { type: "measure" }
  | { type: "report"; percent: number }
  | { type: "close" };

export interface ClientsReport {
  /** Connected, and shown something since. */
  current: number;
  /** Changes shown since `measure`. */
  events: number;
  p50Ms: number;
  p99Ms: number;
  maxMs: number;
  /** Clients that were shown a final state. */
  finals: number;
  /** Clients whose last state is below the percent asked for. */
  behind: number;
  reconnects: number;
  /** States that were older than one that the same client had been shown, whichever process showed it. */
  older: number;
  /** Answers that were neither 200 nor 101, by status. */
  refusals: Record<string, number>;
}

const settings = JSON.parse(process.argv[2] ?? "") as ClientsSettings;
const AT_ONCE = 200;
const PERCENT_OF_FINAL = 100;

interface Client {
  index: number;
  percent: number;
  /** `updated_at` of the last state. */
  changed: string;
  final: boolean;
  /** Where it was let in: nothing, before. */
  accepted: boolean;
  shown: () => void;
  rest: string;
}

const clients = new Map<net.Socket, Client>();
const all: Client[] = [];
let latencies: number[] = [];
let [events, reconnects, older, turn, closing] = [0, 0, 0, 0, false];
const refusals: Record<string, number> = {};

function requestOf({ index }: Client): string {
  const id = 1 + (index % settings.videos);
  const common = `host: bench\r\nauthorization: Bearer ${settings.token}\r\n`;
  if (settings.kind === "sse") return `GET /media/videos/${id}/progress/stream HTTP/1.1\r\n${common}\r\n`;
  const key = randomBytes(16).toString("base64");
  const upgrade = `connection: Upgrade\r\nupgrade: websocket\r\nsec-websocket-version: 13\r\nsec-websocket-key: ${key}\r\n`;
  return `GET /progress/ws HTTP/1.1\r\n${common}${upgrade}\r\n`;
}

/** A client's text frame: masked, by zeros. */
function subscription({ index }: Client): Buffer {
  const text = JSON.stringify({ type: "subscribe", videos: [1 + (index % settings.videos)] });
  return Buffer.concat([Buffer.from([0x81, 0x80 | text.length, 0, 0, 0, 0]), Buffer.from(text)]);
}

const STATE = /"status":"(\w+)".*?"progress":([\d.]+).*?"updated_at":(?:"([^"]*)"|null)/g;

function onData(this: net.Socket, chunk: Buffer): void {
  const client = clients.get(this);
  if (client === undefined) return;
  const now = Date.now();
  let text = client.rest + chunk.toString("latin1");
  if (!client.accepted) {
    const end = text.indexOf("\r\n\r\n");
    if (end < 0) {
      client.rest = text;
      return;
    }
    const status = text.slice(9, 12);
    if (status !== "200" && status !== "101") refusals[status] = (refusals[status] ?? 0) + 1;
    client.accepted = true;
    if (status === "101") this.write(subscription(client));
    text = text.slice(end + 4);
  }
  let last = 0;
  for (const match of text.matchAll(STATE)) {
    const [whole, status, percent, changed] = match;
    last = match.index + whole.length;
    if (Number(percent) < client.percent) older += 1;
    client.percent = Math.max(client.percent, Number(percent));
    client.final = status === "READY";
    // The clock alone brings states too (the pace of polls): nothing was written that would have been on its way.
    if (changed !== undefined && changed !== client.changed) {
      latencies.push(now - Date.parse(changed));
      events += 1;
      client.changed = changed;
    }
    client.shown();
  }
  // What was cut in two by the way: the rest of a state comes with the next chunk.
  const begun = text.indexOf('"status"', last);
  client.rest = begun < 0 ? "" : text.slice(begun);
}

function onClose(this: net.Socket): void {
  const client = clients.get(this);
  clients.delete(this);
  if (client === undefined || client.final || closing || !settings.comeBack) return;
  reconnects += 1;
  setTimeout(connect, Math.random() * 2_000, client);
}

/** Whoever is not let in tries the next at once, as a balancer would for it. */
function onError(this: net.Socket, error: NodeJS.ErrnoException): void {
  const client = clients.get(this);
  if (client === undefined || error.code !== "ECONNREFUSED" || closing) return;
  clients.delete(this);
  connect(client);
}

function connect(client: Client): void {
  turn += 1;
  client.accepted = false;
  client.rest = "";
  const socket = net.connect({
    port: settings.ports[turn % settings.ports.length] ?? 0,
    host: "127.0.0.1",
    noDelay: true,
  });
  clients.set(socket, client);
  socket.on("data", onData).on("close", onClose);
  socket.on("error", onError);
  socket.write(requestOf(client));
}

/** Resolves when each has been shown something. */
async function open(count: number): Promise<void> {
  let next = 0;
  const one = async (): Promise<void> => {
    while (next < count) {
      const index = all.length;
      next += 1;
      await new Promise<void>((shown) => {
        const client: Client = { index, percent: -1, changed: "", final: false, accepted: false, shown, rest: "" };
        all.push(client);
        connect(client);
      });
    }
  };
  await Promise.all(Array.from({ length: Math.min(AT_ONCE, count) }, one));
}

function report(percent: number): ClientsReport {
  const sorted = Float64Array.from(latencies).sort();
  const at = (share: number): number =>
    sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
  return {
    current: clients.size,
    events,
    p50Ms: at(0.5),
    p99Ms: at(0.99),
    maxMs: at(1),
    finals: all.filter((client) => client.final && client.percent === PERCENT_OF_FINAL).length,
    behind: all.filter((client) => client.percent < percent).length,
    reconnects,
    older,
    refusals,
  };
}

function close(): void {
  closing = true;
  for (const socket of clients.keys()) socket.destroy();
  clients.clear();
  all.length = 0;
  closing = false;
}

async function answer(question: ClientsQuestion): Promise<object> {
  if (question.type === "open") await open(question.count);
  if (question.type === "measure") [latencies, events] = [[], 0];
  if (question.type === "close") close();
  return question.type === "report" ? report(question.percent) : {};
}

endWithParent();
process.on("message", (question: ClientsQuestion) => void answer(question).then((said) => process.send?.(said)));
process.send?.({});
