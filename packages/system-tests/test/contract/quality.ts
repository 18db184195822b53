import type { ProblemCode } from "@lectern/contracts";
import type { Documents, Media, Operation, Response } from "./documents.ts";

/** The codes that an answer can carry, as its schema lists them. */
export function refusedCodes({ content = {} }: Response): ProblemCode[] {
  const schema = content["application/problem+json"]?.schema as
    | { properties?: { code?: { enum?: ProblemCode[] } } }
    | undefined;
  return schema?.properties?.code?.enum ?? [];
}

/** What an operation leaves unsaid, a sentence each. */
export function proseFaults({ served, operations }: Documents): string[] {
  const ids = operations.map(({ operationId }) => operationId);
  const twice = ids.filter((id, index) => ids.indexOf(id) !== index).map((id) => `${id}: two operations have this id`);
  return [...twice, ...operations.flatMap((operation) => faultsOf(operation, served))];
}

function faultsOf(operation: Operation, served: Documents["served"]): string[] {
  const { operationId, summary, tags = [], security = [], parameters = [], responses, document } = operation;
  const { tags: known = [], components } = served.get(document) ?? {};
  const faults: string[] = [];
  const demand = (holds: boolean, what: string) => void (holds || faults.push(`${operationId}: ${what}`));
  demand(
    /^[a-z][A-Za-z]+$/.test(operationId),
    "give the route's schema an operationId, a verb and a noun in camelCase",
  );
  demand(summary !== undefined && summary !== "", "give the route's schema a summary");
  demand(tags.length === 1 && known.some(({ name }) => name === tags[0]), "give it one of the document's tags");
  const schemes = security.flatMap((scheme) => Object.keys(scheme));
  const isOpen = "security" in operation && security.length === 0;
  demand(isOpen || schemes.length > 0, "name a security scheme, or say that it needs none: security: []");
  demand(
    schemes.every((name) => components?.securitySchemes[name]),
    "name a security scheme of the document",
  );
  for (const { name, description, example } of parameters)
    demand(description !== undefined && example !== undefined, `describe ${name}, with an example`);
  demand(operation.method === "GET" || [...responses.keys()].some((status) => status < 300), "document its success");
  for (const [status, response] of responses) {
    demand(!/^Default Response$/.test(response.description), `describe ${status}`);
    if (status >= 400) demand(refusedCodes(response).length > 0, `name the codes of ${status}: refusedWith(…)`);
  }
  return faults;
}

/** JSON bodies without an example, and examples that are not what their schema says. */
export function exampleFaults(documents: Documents): string[] {
  const ofComponents = [...documents.served].flatMap(([name, { components }]) =>
    Object.entries(components.schemas).flatMap(([schema, { examples = [] }]) =>
      examples.flatMap((example) => {
        const wrong = documents.fault(name, { $ref: `#/components/schemas/${schema}` }, example);
        return wrong === null ? [] : [`${name}: the example of ${schema}: ${wrong}`];
      }),
    ),
  );
  return [...ofComponents, ...documents.operations.flatMap((operation) => bodyFaults(operation, documents))];
}

function bodyFaults(operation: Operation, documents: Documents): string[] {
  const contents = [operation.requestBody, ...operation.responses.values()].map((body) => body?.content ?? {});
  return contents.flatMap((content) =>
    Object.entries(content).flatMap(([type, media]) => {
      if (!type.includes("json")) return [];
      const examples = examplesOf(media);
      if (examples.length === 0)
        return [
          `${operation.operationId}: a body without an example: name its schema in contracts/src/openapi/components.ts`,
        ];
      return examples.flatMap((example) => {
        const wrong = documents.fault(operation.document, media.schema, example);
        return wrong === null ? [] : [`${operation.operationId}: an example: ${wrong}`];
      });
    }),
  );
}

function examplesOf({ example, examples = {} }: Media): unknown[] {
  return [...(example === undefined ? [] : [example]), ...Object.values(examples).map(({ value }) => value)];
}
