import { readFileSync } from "node:fs";
import path from "node:path";
import { build, createServer, type Plugin } from "vite";

const root = import.meta.dirname;
const STACK = path.join(root, "../../.local/stack.json");

/** The system that `npm run dev` keeps running. */
const config: Plugin = {
  name: "config",
  configureServer({ middlewares }) {
    middlewares.use("/config.json", (_request, response) => {
      const { upload, progress } = JSON.parse(readFileSync(STACK, "utf8")) as { upload: string; progress: string };
      response.setHeader("content-type", "application/json");
      response.end(JSON.stringify({ uploadUrl: upload, progressUrl: progress }));
    });
  },
};

/** `npm run console` builds into `dist/`; `npm run console -- dev` serves the page and follows changes of its sources. */
if (process.argv[2] === "dev") {
  const server = await createServer({ root, plugins: [config] });
  await server.listen();
  server.printUrls();
} else {
  await build({ root });
  process.stdout.write(`${path.relative(process.cwd(), path.join(root, "dist"))}\n`);
}
