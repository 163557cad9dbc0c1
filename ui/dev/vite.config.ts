// The page with every state that it can show, fed by hand: `npm run fixture`, then serve ui/dev/dist and open `/#registered` and so on (see states.ts).

import { defineConfig, mergeConfig } from "vite";
import base from "../vite.config.ts";

export default mergeConfig(
  base,
  defineConfig({ root: "dev", base: "./", server: { fs: { allow: ["../.."] } } }),
);
