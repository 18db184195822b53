import type { ProblemCode } from "@lectern/contracts";
import type { Answer, Call, Contract } from "./contract.ts";
import type { Operation } from "./documents.ts";
import { refusedCodes } from "./quality.ts";

/** One call for each refusal that HTTP and the token can bring about, whatever the operation. */
const CALLS: readonly { code: ProblemCode; call: Call }[] = [
  { code: "UNAUTHENTICATED", call: { token: null } },
  { code: "VALIDATION_FAILED", call: { withoutHost: true } },
  { code: "HEADERS_TOO_LARGE", call: { headers: { "x-long": "x".repeat(17 * 1024) } } },
  { code: "MALFORMED_ID", call: { params: { id: "07", job_id: "a b" } } },
  { code: "UNSUPPORTED_MEDIA_TYPE", call: { body: "x", headers: { "content-type": "application/xml" } } },
  {
    code: "BODY_TOO_LARGE",
    call: { promisedBytes: 64 * 1024 * 1024, headers: { "content-type": "application/json" } },
  },
];

/** Makes the refusals that every operation documents. Gives what came instead of them. */
export async function refuseEverywhere(contract: Contract, operation: Operation, tenant: number): Promise<string[]> {
  const { operationId } = operation;
  const base: Call = {
    tenant,
    params: { id: 1, job_id: "a", ticket: "none", path: "master.m3u8" },
    query: exampleQuery(operation),
    ...(operation.requestBody !== undefined && { body: exampleBody(operation) }),
  };
  const documented = new Set([...operation.responses.values()].flatMap(refusedCodes));
  const calls = CALLS.filter(
    ({ code, call }) => documented.has(code) && (call.params === undefined || operation.path.includes("id}")),
  );
  const answers = await Promise.all(
    calls.map(async ({ code, call }) => ({ code, answer: await contract.call(operationId, { ...base, ...call }) })),
  );
  if (documented.has("TENANT_MISSING")) {
    const token = await contract.token(operation, undefined);
    answers.push({ code: "TENANT_MISSING", answer: await contract.call(operationId, { ...base, token }) });
  }
  return answers.flatMap(({ code, answer }) => (isRefusal(answer, code) ? [] : [`${operationId}: no ${code}`]));
}

function isRefusal({ body, stream }: Answer, code: ProblemCode): boolean {
  stream?.destroy();
  return body?.code === code;
}

/** Parameters of the query that have to be there, as their examples. */
export function exampleQuery({ parameters = [] }: Operation): Record<string, string> {
  const required = parameters.filter(
    (parameter) => parameter.in === "query" && "required" in parameter && parameter.required,
  );
  return Object.fromEntries(required.map(({ name, example }) => [name, String(example)]));
}

function exampleBody({ requestBody }: Operation): object {
  return (requestBody?.content["application/json"]?.example ?? {}) as object;
}
