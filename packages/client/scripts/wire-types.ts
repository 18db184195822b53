import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import * as contracts from "@lectern/contracts";

/**
 * The answers of the two APIs as plain TypeScript, made from the schemas: whoever installs this package has neither
 * the schemas nor TypeBox.
 */
const NAMES = [
  "VideoStatus",
  "JobStatus",
  "VideoProgress",
  "JobProgressDetail",
  "JobProgress",
  "UploadTarget",
  "CreateVideo",
  "CreatedVideo",
  "VideoDetail",
  "VideoList",
  "Playback",
  "MultipartUpload",
  "SignedPart",
  "SignedParts",
  "UploadedPart",
  "ProgressTicket",
  "WsRequest",
  "WsState",
  "WsError",
  "Reconnect",
  "Problem",
] as const;

interface Schema {
  readonly type?: string | readonly string[];
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly anyOf?: readonly Schema[];
  readonly items?: Schema;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly patternProperties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly description?: string;
}

const SCHEMAS: Readonly<Record<string, unknown>> = contracts;

function typeOf(schema: Schema): string {
  return NAMES.find((name) => isSame(SCHEMAS[name], schema)) ?? textOf(schema);
}

function isSame(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

function textOf(schema: Schema): string {
  if (schema.enum) return schema.enum.map((value) => JSON.stringify(value)).join(" | ");
  if ("const" in schema) return JSON.stringify(schema.const);
  if (schema.anyOf) return schema.anyOf.map(typeOf).join(" | ");
  if (Array.isArray(schema.type)) return schema.type.map((type: string) => typeOf({ ...schema, type })).join(" | ");
  switch (schema.type) {
    case "integer":
    case "number":
      return "number";
    case "array":
      return `readonly ${wrapped(typeOf(schema.items ?? {}))}[]`;
    case "object":
      return objectOf(schema);
    case undefined:
      return "unknown";
    default:
      return String(schema.type);
  }
}

function wrapped(type: string): string {
  return type.includes(" | ") ? `(${type})` : type;
}

function objectOf({ properties, patternProperties, required = [] }: Schema): string {
  const [values] = Object.values(patternProperties ?? {});
  if (values !== undefined) return `Readonly<Record<string, ${typeOf(values)}>>`;
  const fields = Object.entries(properties ?? {}).map(([name, field]) => {
    const comment = field.description === undefined ? "" : `/** ${field.description} */\n`;
    return `${comment}readonly ${name}${required.includes(name) ? "" : "?"}: ${typeOf(field)};\n`;
  });
  return `{\n${fields.join("")}}`;
}

/** The text of `src/wire.ts`, before it is formatted. */
export function wireTypes(): string {
  const types = NAMES.map((name) => `export type ${name} = ${textOf(SCHEMAS[name] as Schema)};\n`);
  return ["// Made from the schemas of @lectern/contracts by `npm run types`: change them there.\n", ...types].join(
    "\n",
  );
}

export const WIRE_FILE = fileURLToPath(new URL("../src/wire.ts", import.meta.url));

if (import.meta.main) writeFileSync(WIRE_FILE, wireTypes());
