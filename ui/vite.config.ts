import { svelte } from "@sveltejs/vite-plugin-svelte";
import { defineConfig } from "vite";

export default defineConfig({
  plugins: [svelte()],
  build: {
    // WebKitGTK 2.50 has what Safari 18 has.
    target: "safari18",
    // The page's policy lets in no data: addresses.
    assetsInlineLimit: 0,
    modulePreload: false,
  },
});
