import { isDeepStrictEqual } from "node:util";
import { createObjectStore } from "@lectern/object-store";
import { Validator } from "@seriousme/openapi-schema-validator";
import t from "tap";
import { film } from "../src/films.ts";
import { forgetTenant } from "../src/forget-tenant.ts";
import { committedDocument, DOCUMENT_NAMES } from "../src/openapi/documents.ts";
import { Contract } from "./contract/contract.ts";
import { readDocuments } from "./contract/documents.ts";
import { refuseEverywhere } from "./contract/every-operation.ts";
import { INTERNAL_WALKS } from "./contract/internal-walks.ts";
import { MULTIPART_WALKS } from "./contract/multipart-walks.ts";
import { PLAYBACK_WALKS } from "./contract/playback-walks.ts";
import { PROGRESS_WALKS, RATE_LIMIT_PER_TOKEN, STREAMS_PER_TENANT } from "./contract/progress-walks.ts";
import { exampleFaults, proseFaults } from "./contract/quality.ts";
import { MAX_UPLOAD_BYTES, Stock } from "./contract/stock.ts";
import { unwalked } from "./contract/unwalked.ts";
import { UPLOAD_WALKS, withoutQueue } from "./contract/upload-walks.ts";
import { startSystem } from "./support/system.ts";

const WALKS = { ...UPLOAD_WALKS, ...MULTIPART_WALKS, ...PLAYBACK_WALKS, ...INTERNAL_WALKS, ...PROGRESS_WALKS };

const [system, bytes] = await Promise.all([
  startSystem(t, {
    only: ["upload-service", "progress-service"],
    settings: {
      "upload-service": { MAX_UPLOAD_BYTES: String(MAX_UPLOAD_BYTES) },
      "progress-service": {
        RATE_LIMIT_PER_TOKEN: String(RATE_LIMIT_PER_TOKEN),
        STREAMS_MAX_PER_TENANT: String(STREAMS_PER_TENANT),
      },
    },
  }),
  film(1, "160x90"),
]);
const documents = await readDocuments(system);

t.test("the documents in the tree are those that the services give", async (t) => {
  for (const name of DOCUMENT_NAMES) {
    const isSame = isDeepStrictEqual(await committedDocument(name), documents.served.get(name));
    t.ok(isSame, `packages/contracts/openapi/${name}.json is out of date: run npm run openapi, and commit it`);
  }
});

t.test("they are valid OpenAPI 3.1, and say what a newcomer has to know", async (t) => {
  for (const [name, document] of documents.served) {
    const verdict = await new Validator().validate(JSON.parse(JSON.stringify(document)));
    t.ok(verdict.valid, `${name}: ${JSON.stringify(verdict.errors)}`);
  }
  t.strictSame(proseFaults(documents), []);
  t.strictSame(exampleFaults(documents), []);
});

t.test("every operation answers as documented, to every code that it can carry", async (t) => {
  const contract = new Contract(system, documents);
  const store = createObjectStore(system.stack.s3);
  const stock = new Stock(contract, store, bytes);
  t.teardown(async () => {
    contract.close();
    for (const tenant of stock.tenants) await forgetTenant(store, tenant);
    store.close();
  });
  const missed: string[] = [];
  for (const operation of documents.operations)
    missed.push(...(await refuseEverywhere(contract, operation, stock.tenant)));
  t.strictSame(missed, []);
  for (const [operationId, walk] of Object.entries(WALKS)) {
    contract.operation(operationId);
    await walk(stock);
  }
  await withoutQueue(stock, () => system.redis.stop());
  t.strictSame(contract.faults, []);
  t.strictSame(unwalked(documents.operations, contract.seen), []);
});
