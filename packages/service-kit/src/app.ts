import type { IncomingMessage, ServerResponse } from "node:http";
import cors from "@fastify/cors";
import sensible from "@fastify/sensible";
import type { TypeBoxTypeProvider } from "@fastify/type-provider-typebox";
import Fastify, {
  type FastifyBaseLogger,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
  LogController,
  type RawReplyDefaultExpression,
  type RawRequestDefaultExpression,
  type RawServerDefault,
} from "fastify";
import { answerClientErrors } from "./client-errors.ts";
import { corsHeaders } from "./cors.ts";
import type { Logger } from "./logger.ts";
import { type ApiDescription, describeApi } from "./openapi/api-document.ts";
import { serveDocsPage } from "./openapi/docs-page.ts";
import { ProblemError, sendProblem, toProblem } from "./problems.ts";
import { routeUpgrades } from "./upgrades.ts";

export type App = FastifyInstance<
  RawServerDefault,
  RawRequestDefaultExpression<RawServerDefault>,
  RawReplyDefaultExpression<RawServerDefault>,
  FastifyBaseLogger,
  TypeBoxTypeProvider
>;

export interface AppOptions {
  /** Name and purpose, for the OpenAPI document at `/openapi.json`. */
  title: string;
  /** The rest of that document; left out where only probes and metrics are served. */
  api?: ApiDescription;
  /** Whether a page at `/docs` shows it. Default: no. */
  docs?: boolean;
  logger: Logger;
  /** Origins that may call: `["*"]` for all, `[]` for none. */
  corsOrigins: readonly string[];
  /** Names faults of a service's own dependencies; null for what it does not know. */
  translateError?: (error: Error) => ProblemError | null;
  /** Which requests for another protocol go to a route that takes them (see `takeUpgrade`). Default: none. */
  takesUpgrade?: (request: IncomingMessage) => boolean;
}

const METHODS = "GET, POST, PUT, DELETE, OPTIONS";
const EXPOSED = ["etag", "retry-after", "location"];

/**
 * A Fastify app as every service of ours has it: TypeBox schemas, problem+json for each error, CORS headers on each
 * answer (errors, 404 and malformed requests included), with or without the final slash, no answer of the framework's own
 * while closing (that one would come without CORS).
 */
export async function createApp(options: AppOptions): Promise<App> {
  const everyOrigin = options.corsOrigins.includes("*");
  const app: App = Fastify({
    loggerInstance: options.logger as FastifyBaseLogger,
    logController: new LogController({ disableRequestLogging: true }),
    return503OnClosing: false,
    forceCloseConnections: "idle",
    requestTimeout: 30_000,
    // Node's own refusal of a request without Host is a bare 400: a hook below refuses it as everything else is refused.
    http: { requireHostHeader: false, shouldUpgradeCallback: options.takesUpgrade ?? (() => false) },
    bodyLimit: 1024 * 1024,
    routerOptions: { ignoreTrailingSlash: true, maxParamLength: 200 },
    ajv: { customOptions: { coerceTypes: false, removeAdditional: false, useDefaults: true, allErrors: false } },
    clientErrorHandler: answerClientErrors(options.corsOrigins),
    frameworkErrors: (error, request, reply) => {
      endBehindUpgrade(request, reply);
      reply.headers(corsHeaders(request.headers.origin, options.corsOrigins));
      sendProblem(toProblem(error), request, reply);
    },
  }).withTypeProvider<TypeBoxTypeProvider>();

  // No body has no type, whatever a client says of it: curl and several HTTP libraries name one without sending any.
  app.addHook("onRequest", (request, _reply, done) => {
    const { "content-length": length = "0", "transfer-encoding": encoding } = request.headers;
    if (length === "0" && encoding === undefined) delete request.headers["content-type"];
    done();
  });
  app.addHook("onRequest", (request, reply, done) => {
    endBehindUpgrade(request, reply);
    done();
  });
  app.setErrorHandler((error: Error, request, reply) => {
    const problem = options.translateError?.(error) ?? toProblem(error);
    if (problem.code === "INTERNAL")
      request.log.error({ err: error, url: withoutTicket(request.url) }, "request failed");
    return sendProblem(problem, request, reply);
  });
  app.setNotFoundHandler((request, reply) =>
    sendProblem(
      new ProblemError("ROUTE_NOT_FOUND", `${request.method} ${request.url.split("?", 1)[0]} is no route here.`),
      request,
      reply,
    ),
  );

  await app.register(cors, {
    origin: everyOrigin ? "*" : [...options.corsOrigins],
    methods: METHODS,
    exposedHeaders: EXPOSED,
    allowedHeaders: ["authorization", "content-type", "if-none-match", "accept-language", "last-event-id"],
    maxAge: 600,
    // An OPTIONS that is no preflight is answered likewise, instead of by a plain-text 400.
    strictPreflight: false,
  });
  app.addHook("onRequest", (request, _reply, done) => {
    const hostless = request.raw.httpVersion === "1.1" && !request.headers.host;
    done(hostless ? new ProblemError("VALIDATION_FAILED", "The request names no host.") : undefined);
  });
  // An expectation that nobody knows is passed over, as it may be, instead of by Node's bare 417.
  app.server.on("checkExpectation", (request: IncomingMessage, response: ServerResponse) => {
    app.server.emit("request", request, response);
  });
  if (options.takesUpgrade !== undefined) routeUpgrades(app);
  await app.register(sensible);
  await describeApi(app, options.title, options.api);
  if (options.docs === true) await serveDocsPage(app);
  return app;
}

/**
 * An Upgrade that is not taken leaves Node's parser half in the other protocol: what comes behind it on the connection
 * is dropped, or refused without an answer. So nothing comes behind it.
 */
function endBehindUpgrade(request: FastifyRequest, reply: FastifyReply): void {
  if (request.headers.upgrade !== undefined) reply.header("connection", "close");
}

/** A ticket opens streams for half a minute, or plays a video for hours: it is no text for a log. */
function withoutTicket(url: string): string {
  return url.replace(/([?&]ticket=)[^&]*/gi, "$1…").replace(/(\/playback\/)[^/?]{20,}/, "$1…");
}

/** Splits a comma-separated setting; blanks are dropped. */
export function parseList(text: string): string[] {
  return text
    .split(",")
    .map((part) => part.trim())
    .filter((part) => part !== "");
}
