import { startTestSystem } from "@lectern/local-stack";
import { DOCUMENT_NAMES, servedDocument, writeDocument } from "./openapi/documents.ts";

// As the services give them, so that what is written is what is served.
const system = await startTestSystem({ only: ["upload-service", "progress-service"] });
try {
  for (const name of DOCUMENT_NAMES) {
    await writeDocument(name, await servedDocument(system, name));
    process.stdout.write(`packages/contracts/openapi/${name}.json\n`);
  }
} finally {
  await system.stop();
}
// Servers that were started for it end with the process.
process.exit();
