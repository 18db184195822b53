import { readFile, writeFile } from "node:fs/promises";
import type { TestSystem } from "@lectern/local-stack";

/** The documents, by the name of their file, and which of a system's addresses serves each. */
export const DOCUMENTS = {
  "upload-service": "upload",
  "upload-service-internal": "internal",
  "progress-service": "progress",
} as const satisfies Record<string, keyof TestSystem["urls"]>;
export type DocumentName = keyof typeof DOCUMENTS;
export const DOCUMENT_NAMES = Object.keys(DOCUMENTS) as DocumentName[];

const fileOf = (name: DocumentName): URL => new URL(`../../../contracts/openapi/${name}.json`, import.meta.url);

/** The document as the service gives it. */
export async function servedDocument({ urls }: Pick<TestSystem, "urls">, name: DocumentName): Promise<unknown> {
  const answer = await fetch(`${urls[DOCUMENTS[name]]}/openapi.json`);
  if (!answer.ok) throw new Error(`${name}: /openapi.json answers ${answer.status} ${await answer.text()}`);
  return answer.json();
}

/** The document as it stands in the tree; null where there is none. */
export async function committedDocument(name: DocumentName): Promise<unknown> {
  try {
    return JSON.parse(await readFile(fileOf(name), "utf8"));
  } catch {
    return null;
  }
}

export async function writeDocument(name: DocumentName, document: unknown): Promise<void> {
  await writeFile(fileOf(name), `${JSON.stringify(document, null, 2)}\n`);
}
