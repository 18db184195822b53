import type { ProblemCode } from "@lectern/contracts";
import type { Operation } from "./documents.ts";
import { refusedCodes } from "./quality.ts";

/** Documented answers that no walk makes, and where they are made instead. */
const MADE_ELSEWHERE: Partial<Record<ProblemCode, string>> = {
  REQUEST_TIMEOUT: "takes as long as the limit: service-kit's tests",
  INTERNAL: "only what nobody expected: service-kit's tests",
  KEY_SET_UNAVAILABLE: "needs a key set: service-kit's tests",
  DATABASE_UNAVAILABLE: "needs another database: outages.test.ts",
  STORE_UNAVAILABLE: "needs another store: cases/store-faults.test.ts",
  PRESIGN_FAILED: "signing needs no server, so nothing here can make it fail",
  STREAMS_UNAVAILABLE: "refuses everybody: progress-service's tests",
};

/** A sentence for each documented answer that never came. @param seen "operationId status code" */
export function unwalked(operations: readonly Operation[], seen: ReadonlySet<string>): string[] {
  return operations.flatMap(({ operationId, document, responses }) => {
    const came = (status: number, code = "") => seen.has(`${operationId} ${status} ${code}`);
    const missing = [...responses].flatMap(([status, response]) =>
      status < 400
        ? came(status)
          ? []
          : [String(status)]
        : refusedCodes(response).filter((code) => !came(status, code) && MADE_ELSEWHERE[code] === undefined),
    );
    if (missing.length === 0) return [];
    return [
      `${operationId} of ${document} documents ${missing.join(", ")}, and no walk came there: ` +
        `add to the walks in packages/system-tests/test/contract how it is brought about.`,
    ];
  });
}
