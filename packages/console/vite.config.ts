import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { promisify } from "node:util";
import { brotliCompress, gzip } from "node:zlib";
import optimizeLocales from "@react-aria/optimize-locales-plugin";
import react from "@vitejs/plugin-react";
import { defineConfig, type Plugin } from "vite";

/** Leaves a .br and a .gz beside each text file, so that no server compresses at run time. */
function compressed(): Plugin {
  return {
    name: "compressed",
    apply: "build",
    async writeBundle({ dir = "" }) {
      const files = readdirSync(dir, { recursive: true, encoding: "utf8" }).filter((name) =>
        /\.(js|css|html|svg)$/.test(name),
      );
      await Promise.all(
        files.map(async (name) => {
          const file = path.join(dir, name);
          const content = readFileSync(file);
          writeFileSync(`${file}.br`, await promisify(brotliCompress)(content));
          writeFileSync(`${file}.gz`, await promisify(gzip)(content, { level: 9 }));
        }),
      );
    },
  };
}

export default defineConfig({
  // Relative addresses: the built files work at the top of a host and below any path.
  base: "./",
  // Without it the components bring their few words in 34 languages: a quarter of the first load.
  plugins: [react(), optimizeLocales.vite({ locales: ["ko-KR", "en-US"] }), compressed()],
  build: {
    target: "es2022",
    // hls.js alone is above the usual limit; it is a file of its own that the player page loads.
    chunkSizeWarningLimit: 700,
    // No data: URLs, so that the policy needs none.
    assetsInlineLimit: 0,
    // The polyfill is an inline script, which the policy forbids; every browser that plays the page has it built in.
    modulePreload: { polyfill: false },
  },
});
