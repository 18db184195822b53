import http from "node:http";
import type { AddressInfo } from "node:net";
import { endWithParent, residentBytes } from "./child.ts";

/** What the service's memory is compared with: nothing but node:http, one event, and the open answers in a Set. */
const open = new Set<http.ServerResponse>();
const state = { id: 1, status: "PROCESSING", progress: 1, updated_at: null, filling: "x".repeat(500) };
const event = Buffer.from(`id: 1.2.3\ndata: ${JSON.stringify(state)}\n\n`);
const server = http.createServer((_request, response) => {
  response.writeHead(200, { "content-type": "text/event-stream", "cache-control": "no-cache" });
  response.write(event);
  open.add(response);
  response.on("close", () => open.delete(response));
});
server.listen({ host: "127.0.0.1", port: 0, backlog: 4_096 }, () => {
  process.send?.({ port: (server.address() as AddressInfo).port });
});
endWithParent();
process.on("message", () => process.send?.({ rss: residentBytes(), cpuMicros: 0, metrics: "" }));
