import http from "node:http";
import type { AddressInfo } from "node:net";
import { endWithParent, residentBytes } from "./child.ts";

/** What the service is compared with: nothing but node:http, open answers, and a timer in the place of all workers. */
const open = new Map<number, Set<http.ServerResponse>>();
let written = 0;

function eventOf(id: number): Buffer {
  const filling = "x".repeat(500);
  const state = { id, status: "PROCESSING", progress: 1, filling, updated_at: new Date().toISOString() };
  return Buffer.from(`id: 1.2.3\ndata: ${JSON.stringify(state)}\n\n`);
}

const server = http.createServer((request, response) => {
  const id = Number(/\/videos\/(\d+)\//.exec(request.url ?? "")?.[1]);
  response.writeHead(200, { "content-type": "text/event-stream", "cache-control": "no-cache" });
  response.write(eventOf(id));
  const clients = open.get(id) ?? new Set();
  open.set(id, clients.add(response));
  response.on("close", () => clients.delete(response));
});

export interface BareQuestion {
  /** Sends each video's clients an event once a second, so many times; 0: nothing. */
  rounds: number;
}

async function push(rounds: number): Promise<void> {
  const [began, count] = [performance.now(), open.size];
  for (written = 0; written < rounds * count; ) {
    const due = Math.min(rounds * count, Math.floor(((performance.now() - began) / 1000) * count));
    for (; written < due; written += 1) {
      const id = 1 + (written % count);
      const event = eventOf(id);
      for (const response of open.get(id) ?? []) response.write(event);
    }
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

server.listen({ host: "127.0.0.1", port: 0, backlog: 4_096 }, () => {
  process.send?.({ port: (server.address() as AddressInfo).port });
});
endWithParent();
process.on("message", ({ rounds = 0 }: Partial<BareQuestion>) => {
  void push(rounds).then(() => process.send?.({ rss: residentBytes(), cpuMicros: 0, metrics: "" }));
});
