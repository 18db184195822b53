import type { FastifyInstance } from "fastify";

/** All from this origin, and no inline script; styles that its elements carry are inline. */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join("; ");

/** A page at `/docs` that shows the document and tries its operations. Loaded only where it is wanted. */
export async function serveDocsPage(app: FastifyInstance): Promise<void> {
  const { default: swaggerUi } = await import("@fastify/swagger-ui");
  await app.register(swaggerUi, {
    routePrefix: "/docs",
    staticCSP: POLICY,
    uiConfig: { layout: "BaseLayout", deepLinking: true, persistAuthorization: false, tryItOutEnabled: true },
  });
}
