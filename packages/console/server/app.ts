import { existsSync } from "node:fs";
import path from "node:path";
import fastifyStatic from "@fastify/static";
import Fastify, { type FastifyInstance } from "fastify";
import { contentSecurityPolicy } from "./policy.ts";

export interface ConsoleOptions {
  /** The built files. */
  readonly root: string;
  /** As browsers reach them. */
  readonly uploadUrl: string;
  readonly progressUrl: string;
  /** Further origins of presigned addresses: the object store's public one. */
  readonly storeUrls: readonly string[];
  /** Shown at sign-in to developers: the command that prints a token. */
  readonly tokenCommand: string | null;
}

const YEAR_SECONDS = 31_536_000;

/** Serves the console's files and the config.json that says where the services are. Any static host can do it as well. */
export async function consoleServer(options: ConsoleOptions): Promise<FastifyInstance> {
  const { root, uploadUrl, progressUrl, storeUrls, tokenCommand } = options;
  if (!existsSync(path.join(root, "index.html"))) throw new Error(`There is no built console in ${root}.`);
  const app = Fastify({ forceCloseConnections: true });
  const policy = contentSecurityPolicy({ services: [uploadUrl, progressUrl], stores: storeUrls });

  app.addHook("onSend", async (_request, reply) => {
    reply.headers({
      "content-security-policy": policy,
      "x-content-type-options": "nosniff",
      "referrer-policy": "no-referrer",
      "cross-origin-opener-policy": "same-origin",
    });
  });
  app.get("/config.json", async (_request, reply) => {
    reply.header("cache-control", "no-cache");
    return { uploadUrl, progressUrl, ...(tokenCommand !== null && { tokenCommand }) };
  });
  app.get("/readyz", async () => ({ status: "ok" }));
  await app.register(fastifyStatic, {
    root,
    preCompressed: true,
    cacheControl: false,
    // What is under assets/ has its content's hash in its name.
    setHeaders: (reply, file) => {
      const kept = file.startsWith(path.join(root, "assets"));
      void reply.header("cache-control", kept ? `public, max-age=${YEAR_SECONDS}, immutable` : "no-cache");
    },
  });
  return app;
}
