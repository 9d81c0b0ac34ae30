import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";

import type { Plugin } from "vite";
import { defineConfig } from "vitest/config";

/** Writes `licenses.txt`: name, version and licence text of every package in the bundle. */
function licences(): Plugin {
  return {
    name: "licences",
    generateBundle(_options, bundle) {
      const folders = new Set<string>();
      for (const chunk of Object.values(bundle))
        if (chunk.type === "chunk") for (const id of chunk.moduleIds) folders.add(packageOf(id));
      folders.add(join("node_modules", "@digital-go-jp", "design-tokens"));
      folders.delete("");
      const texts = [...folders].sort().map(licenceOf);
      const source = `${[...new Set(texts)].join(`\n\n${"-".repeat(72)}\n\n`)}\n`;
      this.emitFile({ type: "asset", fileName: "licenses.txt", source });
    },
  };
}

function packageOf(id: string): string {
  const match = /^\0?(.*node_modules\/(?:@[^/]+\/)?[^/?]+)/.exec(id);
  return match?.[1] ?? "";
}

function licenceOf(folder: string): string {
  const about = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
  const name = `${about.name} ${about.version} (${about.license})`;
  for (let at = folder; at.includes("node_modules"); at = dirname(at)) {
    const file = existsSync(at) && readdirSync(at).find((f) => /^(licen[cs]e|copying)/i.test(f));
    if (file) return `${name}\n\n${readFileSync(join(at, file), "utf8").trim()}`;
  }
  const author = typeof about.author === "string" ? about.author : (about.author?.name ?? "");
  return `${name}\n\n${author}`;
}

// The page is served under a strict content security policy: nothing may be inlined.
export default defineConfig({
  plugins: [licences()],
  esbuild: { jsx: "automatic" },
  build: {
    outDir: "dist",
    assetsInlineLimit: 0,
    sourcemap: false,
    modulePreload: { polyfill: false },
    target: "es2022",
    chunkSizeWarningLimit: 900,
    rollupOptions: {
      onwarn: (warning, warn) => {
        // "use client" means nothing outside a server that renders.
        if (warning.code !== "MODULE_LEVEL_DIRECTIVE") warn(warning);
      },
    },
  },
  css: { modules: { generateScopedName: "[name]-[local]-[hash:base64:4]" } },
  server: { proxy: { "/v1": { target: "http://127.0.0.1:8000", changeOrigin: false } } },
  test: { environment: "node", include: ["src/**/*.test.ts"] },
});
