import type { TestSystem } from "@lectern/local-stack";
import { Ajv2020, type ValidateFunction } from "ajv/dist/2020.js";
import { DOCUMENT_NAMES, type DocumentName, servedDocument } from "../../src/openapi/documents.ts";

export interface Media {
  readonly schema: object;
  readonly example?: unknown;
  readonly examples?: Readonly<Record<string, { readonly value: unknown }>>;
}

export interface Response {
  readonly description: string;
  readonly headers?: Readonly<Record<string, { readonly required?: boolean }>>;
  readonly content?: Readonly<Record<string, Media>>;
}

interface Described {
  readonly operationId: string;
  readonly summary?: string;
  readonly tags?: readonly string[];
  readonly security?: readonly Readonly<Record<string, unknown>>[];
  readonly parameters?: readonly {
    readonly name: string;
    readonly in: string;
    readonly description?: string;
    readonly example?: unknown;
  }[];
  readonly requestBody?: { readonly content: Readonly<Record<string, Media>> };
  readonly responses: Readonly<Record<string, Response | { readonly $ref: string }>>;
  readonly "x-events"?: Readonly<Record<string, object>>;
  readonly "x-messages"?: { readonly server: object };
}

export interface Operation extends Omit<Described, "responses"> {
  readonly document: DocumentName;
  readonly method: string;
  readonly path: string;
  /** By status, references followed. */
  readonly responses: ReadonlyMap<number, Response>;
}

export interface ApiDocument {
  readonly tags: readonly { readonly name: string }[];
  readonly components: {
    readonly securitySchemes: Readonly<Record<string, object>>;
    readonly schemas: Readonly<Record<string, { readonly examples?: readonly unknown[] }>>;
    readonly responses: Readonly<Record<string, Response>>;
  };
  readonly paths: Readonly<Record<string, Readonly<Record<string, Described>>>>;
}

/** The documents that a system serves, as they came and by operation, with a validator for each schema in them. */
export interface Documents {
  readonly served: ReadonlyMap<DocumentName, ApiDocument>;
  readonly operations: readonly Operation[];
  /** What is wrong with a value by a schema of that document; null: nothing. Fields that are not documented are wrong. */
  fault(document: DocumentName, schema: object, value: unknown): string | null;
}

export async function readDocuments(system: TestSystem): Promise<Documents> {
  const served = new Map<DocumentName, ApiDocument>();
  const validators = new Map<DocumentName, Ajv2020>();
  for (const name of DOCUMENT_NAMES) {
    const document = (await servedDocument(system, name)) as ApiDocument;
    served.set(name, document);
    const ajv = new Ajv2020({ strict: false, allErrors: true });
    validators.set(name, ajv.addSchema({ $id: name, components: { schemas: closed(document.components.schemas) } }));
  }
  const compiled = new Map<string, ValidateFunction>();
  return {
    served,
    operations: [...served].flatMap(([name, document]) => operationsOf(name, document)),
    fault(document, schema, value) {
      const key = `${document} ${JSON.stringify(schema)}`;
      const absolute = JSON.parse(JSON.stringify(closed(schema)).replaceAll('"#/', `"${document}#/`));
      const validate = compiled.get(key) ?? validators.get(document)?.compile(absolute);
      if (validate === undefined) throw new Error(`There is no document ${document}.`);
      compiled.set(key, validate);
      if (validate(value)) return null;
      return (validate.errors ?? [])
        .map(({ instancePath, message, params }) => `${instancePath || "/"} ${message} ${JSON.stringify(params)}`)
        .join("; ");
    },
  };
}

function operationsOf(document: DocumentName, { paths, components }: ApiDocument): Operation[] {
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]): Operation => {
      const responses = Object.entries(operation.responses).map(([status, response]): [number, Response] => {
        const found = "$ref" in response ? components.responses[response.$ref.split("/").at(-1) ?? ""] : response;
        if (found === undefined) throw new Error(`${document}: ${JSON.stringify(response)} leads nowhere.`);
        return [Number(status), found];
      });
      return { ...operation, document, path, method: method.toUpperCase(), responses: new Map(responses) };
    }),
  );
}

/** A field that no schema names is a fault: what is answered must be documented. A reference with siblings stays open. */
function closed(schema: unknown): object {
  if (Array.isArray(schema)) return schema.map(closed);
  if (typeof schema !== "object" || schema === null) return schema as never;
  const copy = Object.fromEntries(Object.entries(schema).map(([key, part]) => [key, closed(part)]));
  const isWhole = "properties" in schema && !("$ref" in schema) && !("additionalProperties" in schema);
  return isWhole && "type" in schema ? { ...copy, additionalProperties: false } : copy;
}
