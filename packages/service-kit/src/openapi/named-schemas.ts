import { COMPONENTS } from "@lectern/contracts";

const BY_SCHEMA = new Map<unknown, string>();
/** An optional or nullable one is a copy, of the same properties; a list of words is copied wherever it is used. */
const BY_PROPERTIES = new Map<unknown, string>();
const BY_TEXT = new Map<string, string>();
for (const [name, { schema }] of Object.entries(COMPONENTS)) {
  BY_SCHEMA.set(schema, name);
  if ("properties" in schema) BY_PROPERTIES.set(schema.properties, name);
  if ("enum" in schema) BY_TEXT.set(JSON.stringify(schema), name);
}

function nameOf(schema: object): string | undefined {
  const known = BY_SCHEMA.get(schema);
  if (known !== undefined) return known;
  if ("properties" in schema) return BY_PROPERTIES.get(schema.properties);
  return "enum" in schema ? BY_TEXT.get(JSON.stringify(schema)) : undefined;
}

/** Collects what a document refers to, each written once, under `components`. */
export interface NamedSchemas {
  /** A copy of the schema in which those that have a name are references. */
  refer(schema: unknown): unknown;
  /** A reference to an answer that many operations share. */
  shared(name: string, make: () => object): { $ref: string };
  /** What was referred to so far, by name. */
  components(): { schemas: Record<string, unknown>; responses: Record<string, unknown> };
}

export function createNamedSchemas(): NamedSchemas {
  const written = new Map<string, unknown>();
  const responses = new Map<string, object>();

  function reference(name: string): { $ref: string } {
    if (!written.has(name)) {
      // Noted before its parts are looked at: they may refer to it.
      written.set(name, null);
      const { schema, example } = COMPONENTS[name] ?? { schema: {} };
      const copy = copyOf(schema) as object;
      written.set(name, example === undefined ? copy : { ...copy, examples: [example] });
    }
    return { $ref: `#/components/schemas/${name}` };
  }

  function refer(value: unknown): unknown {
    if (typeof value !== "object" || value === null) return value;
    const name = nameOf(value);
    if (name === undefined) return copyOf(value);
    return "type" in value && Array.isArray(value.type)
      ? { anyOf: [reference(name), { type: "null" }] }
      : reference(name);
  }

  function copyOf(value: object): unknown {
    if (Array.isArray(value)) return value.map(refer);
    // Plain JSON: what TypeBox notes down for itself stays behind.
    return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, refer(part)]));
  }

  return {
    refer,
    shared(name, make) {
      if (!responses.has(name)) responses.set(name, make());
      return { $ref: `#/components/responses/${name}` };
    },
    components: () => ({ schemas: sorted(written), responses: sorted(responses) }),
  };
}

function sorted<T>(entries: ReadonlyMap<string, T>): Record<string, T> {
  return Object.fromEntries([...entries].sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** The example of a schema that `refer` gave: a named one's own, or a list of one. Undefined where there is none. */
export function exampleOf(schema: unknown): unknown {
  const { $ref, items } = schema as { $ref?: string; items?: unknown };
  if (items !== undefined) {
    const item = exampleOf(items);
    return item === undefined ? undefined : [item];
  }
  return $ref === undefined ? undefined : COMPONENTS[$ref.slice($ref.lastIndexOf("/") + 1)]?.example;
}
