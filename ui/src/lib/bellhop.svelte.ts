// The one store of the page: what the window's process says, and nothing that the page made up.

import { Channel, invoke } from "@tauri-apps/api/core";
import { t } from "./words.ts";
import type {
  CheckStep,
  DeviceReply,
  DeviceRequest,
  Error,
  Reply,
  Request,
  View,
  WindowEvent,
  WindowReply,
  WindowRequest,
} from "./control.ts";

/** How long a notice stays. */
const NOTICE_MS = 5000;
/** How long to wait before asking again, where the process does not answer. */
const AGAIN_MS = 1000;

class Bellhop {
  /** The newest view; none before the first. */
  view = $state.raw<View | null>(null);
  /** What happened, while it is fresh. */
  notice = $state.raw<string | null>(null);
  /** How often the tray asked for the form of a new line. */
  wantsLine = $state(0);
  /** How often it asked for the phones at home. */
  wantsDevices = $state(0);

  #fading: ReturnType<typeof setTimeout> | undefined;

  /** Asks for everything, now and whenever it changes. The answer to that is the first view. */
  subscribe(): void {
    const events = new Channel<WindowEvent>();
    events.onmessage = (event) => this.#hear(event);
    invoke("subscribe", { events }).catch(() => setTimeout(() => this.subscribe(), AGAIN_MS));
  }

  #hear(event: WindowEvent): void {
    switch (event.event) {
      case "view":
        this.view = event.view;
        break;
      case "notice":
        this.notice = event.sentence;
        clearTimeout(this.#fading);
        this.#fading = setTimeout(() => (this.notice = null), NOTICE_MS);
        break;
      case "add_line":
        this.wantsLine += 1;
        break;
      case "devices":
        this.wantsDevices += 1;
    }
  }
}

export const bellhop = new Bellhop();

/** A refusal, wherever it came from. */
export type Refused = Extract<Reply, { reply: "refused" }>;

/** Asks the engine. What keeps the question from reaching it is a refusal as well. */
export function ask(request: Request, onstep?: (step: CheckStep) => void): Promise<Reply> {
  return send({ to: "engine", request }, onstep);
}

/** Has a phone at home told what to log in with. */
export function askForDevice(request: DeviceRequest): Promise<Refused | DeviceReply> {
  return send({ to: "device", request });
}

/** Whether Bellhop starts with the session. */
export function startAtLogin(on: boolean): Promise<Reply> {
  return send({ to: "desktop", request: { ask: "start_at_login", on } });
}

/** An attempt at once, instead of when its time comes. */
export function startEngine(): Promise<Reply> {
  return send({ to: "desktop", request: { ask: "start_engine" } });
}

/** The end of tray, window, and the engine that the tray started. */
export function quit(): Promise<Reply> {
  return send({ to: "desktop", request: { ask: "quit" } });
}

async function send<Answer extends WindowReply>(
  request: WindowRequest,
  onstep?: (step: CheckStep) => void,
): Promise<Answer | Refused> {
  // What the person does next is about what is now.
  bellhop.notice = null;
  const progress = new Channel<CheckStep>();
  if (onstep) progress.onmessage = onstep;
  try {
    return await invoke<Answer>("request", { request, progress });
  } catch (error) {
    return { reply: "refused", error: asError(error), state: null, details: [], problems: [] };
  }
}

// Tauri itself rejects with a text where an argument does not fit; that is a mistake of ours.
function asError(thrown: unknown): Error {
  if (typeof thrown === "object" && thrown !== null && "message" in thrown && "action" in thrown) {
    return thrown as Error;
  }
  return {
    code: "internal",
    params: { why: String(thrown) },
    whose: "bellhop",
    message: t("internal", { why: String(thrown) }),
    action: { kind: "copy_report", label: t("action-copy_report") },
  };
}
