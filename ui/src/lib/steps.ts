// The steps of a check as rows of a list: what is found, what is being looked at, what is still to come.

import type { CheckStep, Message, Outcome, Step } from "./control.ts";
import { duration } from "./duration.ts";

export interface Row {
  step: Step | "saved";
  state: "holds" | "unproven" | "fails" | "running";
  label: Message;
  took: string | null;
  detail: string | null;
  found: CheckStep | null;
}

/** How a check came about: of a line just saved, and whether a password was given with it. */
export interface Saved {
  took_ms: number;
  password: boolean;
}

const ORDER: readonly Step[] = ["config", "secret", "dns", "tls", "login", "callable"];

const HOLDS: Record<Step, Message> = {
  config: "window-step_config",
  secret: "window-step_secret",
  dns: "window-step_dns",
  tls: "window-step_tls",
  login: "window-step_login",
  callable: "window-step_callable",
};
const FAILS: Record<Step, Message> = {
  config: "window-step_config_fails",
  secret: "window-step_secret_fails",
  dns: "window-step_dns_fails",
  tls: "window-step_tls_fails",
  login: "window-step_login_fails",
  callable: "window-step_callable_fails",
};
const RUNNING: Record<Step, Message> = {
  config: "window-step_config_runs",
  secret: "window-step_secret_runs",
  dns: "window-step_dns_runs",
  tls: "window-step_login_runs",
  login: "window-step_login_runs",
  callable: "window-step_callable_runs",
};

/** `found` in the order of a login, whatever order it came in, and while it runs the step that comes next. */
export function rows(found: readonly CheckStep[], running: boolean, saved: Saved | null): Row[] {
  const list: Row[] = [];
  if (saved) {
    list.push({ step: "saved", state: "holds", label: "window-step_saved", took: duration(saved.took_ms), detail: null, found: null });
  }
  for (const step of ORDER) {
    const one = found.find((it) => it.step === step);
    // Whoever has just seen it saved need not hear that the config is sound.
    if (!one || (saved && step === "config" && one.outcome === "holds")) continue;
    list.push({
      step,
      state: one.outcome,
      label: label(one.step, one.outcome, saved),
      took: duration(one.took_ms),
      detail: one.detail,
      found: one,
    });
  }
  const next = running ? upcoming(found) : null;
  if (next) list.push({ step: next, state: "running", label: RUNNING[next], took: null, detail: null, found: null });
  return list;
}

function label(step: Step, outcome: Outcome, saved: Saved | null): Message {
  if (outcome === "fails") return FAILS[step];
  if (outcome === "unproven") return "window-step_unproven";
  return step === "secret" && saved?.password ? "window-step_secret_kept" : HOLDS[step];
}

// `tls` is told where there is some; nobody waits for it.
function upcoming(found: readonly CheckStep[]): Step | null {
  if (found.some((it) => it.outcome === "fails")) return null;
  return ORDER.find((step) => step !== "tls" && !found.some((it) => it.step === step)) ?? null;
}

/** What came of it all. */
export function outcome(found: readonly CheckStep[]): Outcome {
  if (found.some((it) => it.outcome === "fails")) return "fails";
  return found.some((it) => it.outcome === "unproven") ? "unproven" : "holds";
}
