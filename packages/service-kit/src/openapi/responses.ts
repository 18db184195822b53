import { STATUS_CODES } from "node:http";
import { codesOf, PROBLEM_MEMBERS, PROBLEMS, Problem, type ProblemCode } from "@lectern/contracts";
import type { FastifySchema } from "fastify";
import { ProblemError, problemBody } from "../problems.ts";
import { answerHeadersOf } from "./headers.ts";
import { exampleOf, type NamedSchemas } from "./named-schemas.ts";

/** What the HTTP layer itself may answer, whatever was asked for. */
const OF_EVERY_REQUEST: readonly ProblemCode[] = [
  "VALIDATION_FAILED",
  "REQUEST_TIMEOUT",
  "HEADERS_TOO_LARGE",
  "INTERNAL",
];
const OF_A_BODY: readonly ProblemCode[] = ["BODY_TOO_LARGE", "UNSUPPORTED_MEDIA_TYPE"];

export interface Documented {
  method: string;
  schema: FastifySchema;
  /** What every operation of the API may refuse with, but for those that need no token (`security: []`). */
  refusals: readonly ProblemCode[];
}

/** The answers of one operation: those of its route's schema, and the refusals that every route shares. */
export function responsesOf({ method, schema, refusals }: Documented, named: NamedSchemas): Record<string, unknown> {
  const isOpen = schema.security?.length === 0;
  const codes = new Set<ProblemCode>([...OF_EVERY_REQUEST, ...(isOpen ? [] : refusals)]);
  if (method !== "GET") for (const code of OF_A_BODY) codes.add(code);
  if (hasId(schema.params)) codes.add("MALFORMED_ID");
  const responses: Record<string, unknown> = {};
  for (const [status, answer] of Object.entries((schema.response ?? {}) as Record<string, AnswerSchema>)) {
    if (Number(status) < 400) responses[status] = success(status, answer, schema, named);
    else for (const code of codesOf(answer as Parameters<typeof codesOf>[0])) codes.add(code);
  }
  const byStatus = Map.groupBy(codes, (code) => PROBLEMS[code].status);
  for (const [status, of] of byStatus) responses[status] = refusal(status, of.sort(), named);
  return responses;
}

function hasId(params: unknown): boolean {
  const { properties = {} } = (params ?? {}) as { properties?: object };
  return Object.keys(properties).some((name) => /(^|_)id$/.test(name));
}

interface AnswerSchema {
  type?: string;
  description?: string;
}

function success(status: string, answer: AnswerSchema, route: FastifySchema, named: NamedSchemas): object {
  const description = answer.description ?? STATUS_CODES[status] ?? status;
  const headers = answerHeadersOf(route.answerHeaders ?? []);
  const common = { description, ...(Object.keys(headers).length > 0 && { headers }) };
  if (answer.type === "null") return common;
  const media = mediaOf(named.refer(answer));
  return { ...common, content: Object.fromEntries((route.produces ?? ["application/json"]).map((of) => [of, media])) };
}

/** A body of this schema, with an example where there is one. */
export function mediaOf(schema: unknown): object {
  const example = exampleOf(schema);
  return { schema, ...(example !== undefined && { example }) };
}

function refusal(status: number, codes: readonly ProblemCode[], named: NamedSchemas): object {
  const [first] = codes;
  if (codes.length > 1 || first === undefined) return problemResponse(status, codes, named);
  const name = first.toLowerCase().replaceAll(/(?:^|_)([a-z])/g, (_all, letter: string) => letter.toUpperCase());
  return named.shared(name, () => problemResponse(status, codes, named));
}

function problemResponse(status: number, codes: readonly ProblemCode[], named: NamedSchemas): object {
  const { $ref } = named.refer(Problem) as { $ref: string };
  const headers = status === 401 ? ["WWW-Authenticate"] : status === 429 || status === 503 ? ["Retry-After"] : [];
  return {
    description: codes.map((code) => `\`${code}\`: ${PROBLEMS[code].title}.`).join("\n\n"),
    ...(headers.length > 0 && { headers: answerHeadersOf(headers) }),
    content: {
      "application/problem+json": {
        schema: { $ref, properties: { code: { type: "string", enum: codes } } },
        examples: Object.fromEntries(codes.map((code) => [code, { value: problemExample(code) }])),
      },
    },
  };
}

function problemExample(code: ProblemCode): Problem {
  const problem = new ProblemError(code, `${PROBLEMS[code].title}.`, { members: PROBLEM_MEMBERS[code] ?? {} });
  return problemBody(problem, { id: "req-1", url: "/api/v1/media/videos/42/" });
}
