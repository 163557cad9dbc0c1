// What the buttons of a line do, by the kind of action that the engine advises.

import { ask } from "./bellhop.svelte.ts";
import type { ActionKind, Error, Request } from "./control.ts";

/** The request behind an action that is one question to the engine; none where the page does something itself. */
export function requestOf(kind: ActionKind, line: string): Request | null {
  switch (kind) {
    case "try_now":
    case "unlock_keyring":
      return { ask: "rebind", line };
    case "resume":
      return { ask: "resume", line };
    case "none":
    case "enter_password":
    case "copy_report":
    case "open_browser":
    case "set_up_phone":
      return null;
  }
}

/** Whether this version has a button for it: sign-in pages and phones come later, and no label may promise them. */
export function isOffered(kind: ActionKind): boolean {
  return kind !== "none" && kind !== "open_browser" && kind !== "set_up_phone";
}

/** Asks, and gives back why not. */
export async function refusal(request: Request): Promise<Error | null> {
  const reply = await ask(request);
  return reply.reply === "refused" ? reply.error : null;
}
