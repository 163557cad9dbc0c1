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

/** `found` at `registrar` in the order of a login, whatever order it came in, and while it runs the step that comes next. */
export function rows(found: readonly CheckStep[], running: boolean, saved: Saved | null, registrar = ""): Row[] {
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
      label: label(one, saved, registrar),
      took: duration(one.took_ms),
      detail: saysItAll(one, saved) ? null : one.detail,
      found: one,
    });
  }
  const next = running ? upcoming(found) : null;
  if (next) list.push({ step: next, state: "running", label: RUNNING[next], took: null, detail: null, found: null });
  return list;
}

function label({ step, outcome }: CheckStep, saved: Saved | null, registrar: string): Message {
  if (outcome === "fails") return FAILS[step];
  if (outcome === "unproven") return "window-step_unproven";
  if (step === "dns" && isAddress(registrar)) return "window-step_dns_address";
  return step === "secret" && saved?.password ? "window-step_secret_kept" : HOLDS[step];
}

// The detail would only repeat the label.
function saysItAll({ step, outcome }: CheckStep, saved: Saved | null): boolean {
  return outcome === "unproven" || (step === "secret" && outcome === "holds" && saved?.password === true);
}

function isAddress(host: string): boolean {
  return host.includes("[") || /^[0-9.]+(:[0-9]+)?$/.test(host) || host.split(":").length > 2;
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
