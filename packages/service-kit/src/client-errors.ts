import { STATUS_CODES } from "node:http";
import type { Socket } from "node:net";
import type { ProblemCode } from "@lectern/contracts";
import type { ConnectionError } from "fastify";
import { corsHeaders } from "./cors.ts";
import { ProblemError, problemBody } from "./problems.ts";

const KNOWN: Record<string, { code: ProblemCode; detail: string }> = {
  HPE_HEADER_OVERFLOW: { code: "HEADERS_TOO_LARGE", detail: "The URL and the headers are larger than 16 KiB in all." },
  ERR_HTTP_REQUEST_TIMEOUT: { code: "REQUEST_TIMEOUT", detail: "The request did not arrive in time." },
};

/**
 * Answers what Node's HTTP parser refuses, which reaches no hook and no route, as every other refusal: problem+json,
 * with CORS headers as far as the origin can be found in what arrived.
 */
export function answerClientErrors(origins: readonly string[]): (error: ConnectionError, socket: Socket) => void {
  return (error, socket) => {
    if (error.code === "ECONNRESET" || socket.destroyed) return;
    if (socket.writable) socket.write(answer(error, origins));
    socket.destroy(error);
  };
}

function answer(error: ConnectionError, origins: readonly string[]): string {
  const { code, detail } = KNOWN[error.code] ?? {
    code: "VALIDATION_FAILED",
    detail: "The request is no well-formed HTTP.",
  };
  const problem = problemBody(new ProblemError(code, detail));
  const body = JSON.stringify(problem);
  // The bytes that could not be parsed; Fastify's types call them something else.
  const packet: unknown = error.rawPacket;
  const text = Buffer.isBuffer(packet) ? packet.toString("latin1") : "";
  const origin = /^origin: *(\S+)\r?$/im.exec(text)?.[1];
  const headers = {
    "content-type": "application/problem+json",
    "content-length": String(Buffer.byteLength(body)),
    "cache-control": "no-store",
    connection: "close",
    ...corsHeaders(origin, origins),
  };
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  return `HTTP/1.1 ${problem.status} ${STATUS_CODES[problem.status]}\r\n${lines.join("")}\r\n${body}`;
}
