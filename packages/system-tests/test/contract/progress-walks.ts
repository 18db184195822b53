import { once } from "node:events";
import type { Answer, Call } from "./contract.ts";
import type { Stock, Walk } from "./stock.ts";

/** Polls a second that the walked system takes with one token: a batch of the largest size uses up five seconds' worth. */
export const RATE_LIMIT_PER_TOKEN = 2;
/** Streams that the walked system carries for one tenant. */
export const STREAMS_PER_TENANT = 1;

/** More than the allowance of a token: without a limit none of them is refused. */
const MOST_CALLS = 5 * RATE_LIMIT_PER_TOKEN + 10;

const MOST_IDS = Array.from({ length: 100 }, (_, index) => index + 1).join(",");

/** By operation: those of progress-service. */
export const PROGRESS_WALKS: Readonly<Record<string, Walk>> = {
  async getVideoProgress(stock) {
    for (const make of [stock.uploaded, stock.processing, stock.failed, stock.ready])
      await polled(stock, "getVideoProgress", { params: { id: await make.call(stock) } });
    await polled(stock, "getVideoProgress", { params: { id: stock.missing } });
    await rateLimited(stock, "getVideoProgress", { params: { id: 1 } });
  },

  async getVideosProgress(stock) {
    const query = { ids: `${await stock.processing()},${await stock.ready()},${stock.missing}` };
    await polled(stock, "getVideosProgress", { query });
    await stock.contract.call("getVideosProgress", { tenant: stock.tenant, query: { ids: "1,x" } });
    await rateLimited(stock, "getVideosProgress", { query });
  },

  async getJobProgress(stock) {
    await polled(stock, "getJobProgress", { params: { job_id: await stock.job() } });
    await polled(stock, "getJobProgress", { params: { job_id: `video-${await stock.ready()}-g1` } });
    await polled(stock, "getJobProgress", { params: { job_id: "none" } });
    await rateLimited(stock, "getJobProgress", { params: { job_id: "none" } });
  },

  async createProgressTicket(stock) {
    await stock.contract.call("createProgressTicket", { tenant: stock.tenant });
    await rateLimited(stock, "createProgressTicket", {});
  },

  async streamVideoProgress(stock) {
    const id = await stock.ready();
    await streamed(stock, "streamVideoProgress", { params: { id } });
    await refusedStream(stock, "streamVideoProgress", { params: { id } });
  },

  async streamJobProgress(stock) {
    const params = { job_id: `video-${await stock.ready()}-g1` };
    await streamed(stock, "streamJobProgress", { params });
    await refusedStream(stock, "streamJobProgress", { params });
  },

  async streamTenantProgress(stock) {
    const tenant = stock.newTenant();
    const answer = await stock.contract.call("streamTenantProgress", { tenant, query: { scope: "tenant" } });
    const events = eventsOf(answer);
    await expectEvent(stock, "streamTenantProgress", events, "resync");
    await stock.uploaded(tenant);
    await expectEvent(stock, "streamTenantProgress", events, "message");
    answer.stream?.destroy();
    await refusedStream(stock, "streamTenantProgress", { query: { scope: "tenant" } });
  },

  async openProgressWebSocket(stock) {
    const { contract, tenant } = stock;
    const operation = contract.operation("openProgressWebSocket");
    const { body } = await stock.ok("createProgressTicket", { tenant });
    const url = contract.address(operation, { query: { ticket: body.ticket } });
    const socket = new WebSocket(url.href.replace(/^http/, "ws"));
    await once(socket, "open");
    contract.note("openProgressWebSocket", 101);
    const said = async (message: unknown): Promise<void> => {
      const heard = once(socket, "message");
      socket.send(JSON.stringify(message));
      const value: unknown = JSON.parse(String((await heard)[0].data));
      const wrong = contract.documents.fault(operation.document, operation["x-messages"]?.server ?? {}, value);
      if (wrong !== null) contract.faults.push(`openProgressWebSocket: ${wrong}: ${JSON.stringify(value)}`);
    };
    await said({ type: "subscribe", videos: [await stock.ready()] });
    await said({ type: "subscribe", jobs: ["none"] });
    await said({ type: "subscribe", videos: ["x"] });
    const closed = once(socket, "close");
    socket.close();
    await closed;
    await contract.call("openProgressWebSocket", { tenant });
    await refusedStream(stock, "openProgressWebSocket", {});
  },
};

/** 200, and 304 for who has it. */
async function polled({ contract, tenant }: Stock, operationId: string, call: Call): Promise<void> {
  const { headers } = await contract.call(operationId, { tenant, ...call });
  await contract.call(operationId, { tenant, ...call, headers: { "if-none-match": headers.etag ?? "" } });
}

/** With a token whose allowance was used up: a machine that stands still in between gives some of it back, so it may take more than one call. */
async function rateLimited({ contract, tenant }: Stock, operationId: string, call: Call): Promise<void> {
  const token = await contract.token(contract.operation(operationId), tenant);
  await contract.call("getVideosProgress", { token, query: { ids: MOST_IDS } });
  for (let calls = 0; calls < MOST_CALLS; calls += 1) {
    const { body, stream } = await contract.call(operationId, { token, ...call });
    if (body?.code === "RATE_LIMITED") return;
    stream?.destroy();
  }
}

/** To its final state, and 204 for who has seen it. */
async function streamed(stock: Stock, operationId: string, call: Call): Promise<void> {
  const { contract, tenant } = stock;
  const answer = await contract.call(operationId, { tenant, ...call });
  const events = eventsOf(answer);
  const { id } = await expectEvent(stock, operationId, events, "message");
  await expectEvent(stock, operationId, events, "end");
  await contract.call(operationId, { tenant, ...call, headers: { "last-event-id": id } });
}

/** For want of allowance, and because the tenant has as many open as it may. */
async function refusedStream(stock: Stock, operationId: string, call: Call): Promise<void> {
  await rateLimited(stock, operationId, call);
  const tenant = stock.newTenant();
  const { stream } = await stock.contract.call("streamTenantProgress", { tenant, query: { scope: "tenant" } });
  await stock.contract.call(operationId, { tenant, ...call });
  stream?.destroy();
}

interface StreamEvent {
  readonly id: string;
  readonly event: string;
  readonly data: unknown;
}

async function* eventsOf({ stream }: Answer): AsyncGenerator<StreamEvent, undefined> {
  let rest = "";
  for await (const chunk of (stream ?? []) as AsyncIterable<Buffer> | Buffer[]) {
    const blocks = (rest + chunk.toString()).split("\n\n");
    rest = blocks.pop() ?? "";
    for (const block of blocks) {
      const field = (name: string) => new RegExp(`^${name}: ?(.*)$`, "m").exec(block)?.[1];
      const data = field("data");
      if (data !== undefined)
        yield { id: field("id") ?? "", event: field("event") ?? "message", data: JSON.parse(data) };
    }
  }
  return undefined;
}

/** The next event, which is to be of this name, held against what is documented. */
async function expectEvent(
  { contract }: Stock,
  operationId: string,
  events: AsyncGenerator<StreamEvent, undefined>,
  name: string,
): Promise<StreamEvent> {
  const { value } = await events.next();
  if (value === undefined) throw new Error(`${operationId}: the stream ended before ${name}.`);
  const operation = contract.operation(operationId);
  const schema = operation["x-events"]?.[value.event];
  const wrong =
    schema === undefined ? "is not documented" : contract.documents.fault(operation.document, schema, value.data);
  if (wrong !== null || value.event !== name)
    contract.faults.push(`${operationId}: event ${value.event}: ${wrong ?? `instead of ${name}`}`);
  return value;
}
