// Plays the window's process: answers the two commands from a state that the address names.

import { mockIPC } from "@tauri-apps/api/mocks";
import { mount } from "svelte";
import App from "../src/App.svelte";
import "../src/app.css";
import type { CheckStep, WindowEvent, WindowReply, WindowRequest } from "../src/lib/control.ts";
import { STATES } from "./states.ts";

interface Listening<T> {
  onmessage: (message: T) => void;
}

const state = STATES[location.hash.slice(1)] ?? STATES["registered"];

/** Every request that the page made. */
const asked: WindowRequest[] = [];
const refused: string[] = [];
Object.assign(window, { asked, refused, states: Object.keys(STATES) });
document.addEventListener("securitypolicyviolation", (event) => {
  refused.push(`${event.effectiveDirective} ${event.blockedURI} ${event.sample}`);
});

mockIPC(async (command, payload) => {
  if (command === "subscribe") {
    const { events } = payload as unknown as { events: Listening<WindowEvent> };
    for (const event of state?.events ?? []) events.onmessage(event);
    return null;
  }
  const { request, progress } = payload as unknown as { request: WindowRequest; progress: Listening<CheckStep> };
  asked.push(request);
  return answer(request, progress);
});

async function answer(request: WindowRequest, progress: Listening<CheckStep>): Promise<WindowReply> {
  if (request.to === "desktop") return state?.desktop ?? { reply: "done" };
  const reply = state?.replies?.[request.request.ask];
  if (request.request.ask === "check") {
    for (const step of state?.steps ?? []) progress.onmessage(step);
    if (!reply) return new Promise(() => {});
  }
  return reply ?? { reply: "done" };
}

const target = document.getElementById("window");
if (target) mount(App, { target });
