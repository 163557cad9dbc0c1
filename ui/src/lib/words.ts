// Every sentence comes from the one catalogue that engine, command line and tray speak from.

import { FluentBundle, FluentResource } from "@fluent/bundle";
import catalogue from "../../../crates/control/src/messages.ftl?raw";
import type { Message } from "./control.ts";

// Isolation marks are invisible characters that end up in what people copy.
const bundle = new FluentBundle("en", { useIsolating: false });
bundle.addResource(new FluentResource(catalogue));

/** The sentence `id` with its values filled in, or `id` itself if the catalogue lacks it. */
export function t(id: Message, values?: Record<string, string | number>): string {
  const pattern = bundle.getMessage(id)?.value;
  return pattern ? bundle.formatPattern(pattern, values, []) : id;
}
