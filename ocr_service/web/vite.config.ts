import { defineConfig } from "vitest/config";

// The page is served under a strict content security policy: nothing may be inlined.
export default defineConfig({
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
