import { Agent, type IncomingHttpHeaders, type IncomingMessage, request } from "node:http";
import { text } from "node:stream/consumers";
import { PROBLEMS, type ProblemCode } from "@lectern/contracts";
import type { TestSystem } from "@lectern/local-stack";
import { SignJWT } from "jose";
import { DOCUMENTS } from "../../src/openapi/documents.ts";
import type { Documents, Operation } from "./documents.ts";

export interface Call {
  /** Fills the path's `{…}`. */
  readonly params?: Readonly<Record<string, string | number>>;
  readonly query?: Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as JSON; a string as it is. */
  readonly body?: object | string;
  /** Default: a new token, of `tenant`. Null: none. */
  readonly token?: string | null;
  readonly tenant?: number;
  /** Sends the headers alone, with the length of a body that never comes. */
  readonly promisedBytes?: number;
  readonly withoutHost?: boolean;
}

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  /** JSON, or text; null where there is none. */
  // biome-ignore lint/suspicious/noExplicitAny: what is in it was held against its schema
  readonly body: any;
  /** Of a stream, which stays open. */
  readonly stream: IncomingMessage | null;
}

export const ORIGIN = "https://academy.example";

/** Calls the operations of a system by their names, and holds each answer against what is documented. */
export class Contract {
  readonly system: TestSystem;
  readonly documents: Documents;
  /** What was not as documented. */
  readonly faults: string[] = [];
  /** "operationId status code", as far as answered. */
  readonly seen = new Set<string>();
  readonly #agent = new Agent({ keepAlive: true });

  constructor(system: TestSystem, documents: Documents) {
    this.system = system;
    this.documents = documents;
  }

  close(): void {
    this.#agent.destroy();
  }

  operation(operationId: string): Operation {
    const found = this.documents.operations.find((operation) => operation.operationId === operationId);
    if (found === undefined)
      throw new Error(`No document has ${operationId}: a walk in test/contract is for an operation that is gone.`);
    return found;
  }

  /** A user's token, or a service's; each is a new one, with its own allowance. */
  async token({ document }: Operation, tenant: number | undefined): Promise<string> {
    const { jwt, internalJwt } = this.system.secrets;
    const internal = document === "upload-service-internal";
    return new SignJWT(internal || tenant === undefined ? {} : { tenant_id: tenant })
      .setProtectedHeader({ alg: "HS256" })
      .setAudience(internal ? "media-internal" : "media-api")
      .setJti(crypto.randomUUID())
      .setExpirationTime("1h")
      .sign(new TextEncoder().encode(internal ? internalJwt : jwt));
  }

  /** @throws where the connection breaks; an answer that is not as documented is noted among the faults */
  async call(operationId: string, call: Call = {}): Promise<Answer> {
    const operation = this.operation(operationId);
    const message = await this.#send(operation, call);
    const answer = await readAnswer(message);
    this.#hold(operation, answer);
    return answer;
  }

  /** Notes a status that came by another way than {@link call}, such as a WebSocket's 101. */
  note(operationId: string, status: number, code = ""): void {
    this.seen.add(`${operationId} ${status} ${code}`);
    if (!this.operation(operationId).responses.has(status)) this.faults.push(`${operationId}: ${status}, undocumented`);
  }

  address(operation: Operation, { params = {}, query = {} }: Call): URL {
    const path = operation.path.replaceAll(/\{(\w+)\}/g, (_all, name: string) => {
      const value = params[name];
      if (value === undefined) throw new Error(`${operation.operationId} needs its ${name}.`);
      return encodeURIComponent(String(value));
    });
    const url = new URL(path, this.system.urls[DOCUMENTS[operation.document]]);
    for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value);
    return url;
  }

  async #send(operation: Operation, call: Call): Promise<IncomingMessage> {
    const token = call.token === undefined ? await this.token(operation, call.tenant) : call.token;
    const payload = typeof call.body === "object" ? JSON.stringify(call.body) : call.body;
    const headers = {
      origin: ORIGIN,
      ...(token !== null && { authorization: `Bearer ${token}` }),
      ...(payload !== undefined && {
        "content-type": "application/json",
        "content-length": String(Buffer.byteLength(payload)),
      }),
      ...(call.promisedBytes !== undefined && { "content-length": String(call.promisedBytes) }),
      ...call.headers,
    };
    return new Promise((resolve, reject) => {
      const sent = request(this.address(operation, call), {
        method: operation.method,
        headers,
        setHost: call.withoutHost !== true,
        agent: call.promisedBytes === undefined ? this.#agent : false,
      });
      sent.once("response", resolve).once("error", reject);
      if (call.promisedBytes === undefined) sent.end(payload);
      else sent.flushHeaders();
    });
  }

  #hold(operation: Operation, { status, headers, body, stream }: Answer): void {
    const { operationId, document } = operation;
    const code = status >= 400 ? String(body?.code) : "";
    this.seen.add(`${operationId} ${status} ${code}`);
    const fault = (what: string) => this.faults.push(`${operationId}: ${status} ${code}: ${what}`);
    const response = operation.responses.get(status);
    if (response === undefined) return void fault(`is not documented: ${JSON.stringify(body)}`);
    for (const [name, { required }] of Object.entries(response.headers ?? {}))
      if (required === true && headers[name.toLowerCase()] === undefined) fault(`${name} is not there`);
    if (document !== "upload-service-internal" && headers["access-control-allow-origin"] !== "*")
      fault("no CORS headers");
    const type = headers["content-type"]?.split(";", 1)[0];
    const media = type === undefined ? undefined : response.content?.[type];
    if (response.content === undefined && body !== null) return void fault(`has a body: ${JSON.stringify(body)}`);
    if (response.content === undefined || stream !== null) return;
    if (media === undefined) return void fault(`${type} is not documented`);
    const wrong = this.documents.fault(document, media.schema, body);
    if (wrong !== null) fault(`${wrong}: ${JSON.stringify(body)}`);
    if (code !== "" && PROBLEMS[code as ProblemCode]?.status !== status) fault("is a code of another status");
  }
}

async function readAnswer(message: IncomingMessage): Promise<Answer> {
  const { statusCode: status = 0, headers } = message;
  if (headers["content-type"]?.startsWith("text/event-stream") === true)
    return { status, headers, body: null, stream: message };
  // Refused before its body was sent: the connection ends with the answer.
  const content = await text(message);
  if (content === "") return { status, headers, body: null, stream: null };
  const isJson = headers["content-type"]?.includes("json") === true;
  return { status, headers, body: isJson ? JSON.parse(content) : content, stream: null };
}
