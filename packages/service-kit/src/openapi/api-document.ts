import swagger from "@fastify/swagger";
import type { ProblemCode } from "@lectern/contracts";
import type { FastifyInstance, FastifySchema } from "fastify";
import { requestHeadersOf } from "./headers.ts";
import { createNamedSchemas } from "./named-schemas.ts";
import { mediaOf, responsesOf } from "./responses.ts";

declare module "fastify" {
  interface FastifySchema {
    /** For the document alone: headers that callers may send. */
    requestHeaders?: readonly string[];
    /** For the document alone: headers of every answer that is no refusal. */
    answerHeaders?: readonly string[];
    /** For the document alone: the body may be left out. */
    bodyOptional?: boolean;
  }
}

export interface ApiDescription {
  /** What a newcomer has to know before any route, in Markdown. */
  description: string;
  tags: readonly { name: string; description: string }[];
  /** Security schemes by name. The first is asked for by every operation that does not say otherwise. */
  securitySchemes: Readonly<Record<string, object>>;
  /** What every operation may refuse with, beside what HTTP itself demands. */
  refusals: readonly ProblemCode[];
}

/** How the public APIs of all services are asked: what `publicAuth` wants. */
export const USER_TOKEN_SCHEME = {
  type: "http",
  scheme: "bearer",
  bearerFormat: "JWT",
  description: "A user's token: `sub`, `tenant_id`, `aud` = `media-api`, `exp`",
} as const;

const PROSE_ONLY: ApiDescription = { description: "", tags: [], securitySchemes: {}, refusals: [] };

interface Operation {
  requestBody?: unknown;
  responses: unknown;
  [extension: `x-${string}`]: unknown;
}

/** The document's name for what Fastify calls `*`: the rest of the path, slashes and all. */
const REST_OF_PATH = "path";

function withRestOfPath(params: unknown): unknown {
  const { properties = {}, ...schema } = (params ?? {}) as { properties?: Record<string, unknown> };
  const { "*": rest, ...named } = properties;
  return { ...schema, properties: { ...named, [REST_OF_PATH]: rest } };
}

/**
 * The OpenAPI 3.1 document of an app at `/openapi.json`. @fastify/swagger lists the routes and their parameters; bodies
 * and answers are written here, since it would copy each schema into every place where it is used, and knows no codes.
 */
export async function describeApi(
  app: FastifyInstance,
  title: string,
  { description, tags, securitySchemes, refusals }: ApiDescription = PROSE_ONLY,
): Promise<void> {
  const named = createNamedSchemas();
  const operations = new Map<string, Operation>();
  const [scheme] = Object.keys(securitySchemes);
  await app.register(swagger, {
    openapi: {
      openapi: "3.1.0",
      info: { title, version: "1", description },
      servers: [{ url: "/", description: "The service that gives this document" }],
      tags: [...tags],
      components: { securitySchemes: securitySchemes as Record<string, never> },
    },
    transform: ({ schema: given, url, route }) => {
      // Public routes answer with and without /api/v1: the document names each once.
      const schema: FastifySchema = given ?? {};
      const method = [route.method].flat()[0] ?? "GET";
      if (!/^\/(api|internal)\//.test(url) || method === "HEAD") return { schema: { ...schema, hide: true }, url };
      const { body, response: _response, requestHeaders = [], ...rest } = schema;
      const operationId = schema.operationId ?? `${method} ${url}`;
      const extensions = Object.entries(rest).filter(([key]) => key.startsWith("x-"));
      operations.set(operationId, {
        ...(body !== undefined && {
          requestBody: {
            required: schema.bodyOptional !== true,
            content: { "application/json": mediaOf(named.refer(body)) },
          },
        }),
        responses: responsesOf({ method, schema, refusals }, named),
        ...Object.fromEntries(extensions.map(([key, value]) => [key, named.refer(value)])),
      });
      const headers = requestHeadersOf(requestHeaders);
      return {
        url: url.replace(/\*$/, `:${REST_OF_PATH}`),
        schema: {
          ...rest,
          ...(url.endsWith("*") && { params: withRestOfPath(rest.params) }),
          operationId,
          ...(scheme !== undefined && { security: schema.security ?? [{ [scheme]: [] }] }),
          ...(requestHeaders.length > 0 && { headers: { type: "object", properties: headers } }),
        },
      };
    },
    transformObject: (input) => {
      if (!("openapiObject" in input)) return input.swaggerObject;
      const { openapiObject: document } = input;
      for (const item of Object.values(document.paths ?? {}))
        for (const operation of Object.values(item as Record<string, { operationId?: string }>))
          Object.assign(operation, operations.get(operation.operationId ?? ""));
      document.components = { ...document.components, ...(named.components() as object) };
      return document;
    },
  });
  app.get("/openapi.json", { schema: { hide: true } }, () => app.swagger());
}
