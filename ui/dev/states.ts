// Every state of the window, by name. Shapes as the window's process sends them.

import type {
  Action, CheckStep, Error, Line, LineView, NoEngine, OtherPlace, Snapshot, Station, StationState, View, WindowEvent, WindowReply,
} from "../src/lib/control.ts";
import { HOME_STATES, OFF } from "./homeStates.ts";

interface State {
  events: WindowEvent[];
  replies?: Partial<Record<string, WindowReply>>;
  /** The answer of the desktop, where it is not that it was done. */
  desktop?: WindowReply;
  steps?: CheckStep[];
}

const NONE: Action = { kind: "none", label: "–" };

function error(code: Error["code"], message: string, action: Action = NONE): Error {
  return { code, params: {}, whose: "registrar", message, action };
}

const REFUSED = error("password_refused", "the company refused the password for tina", { kind: "enter_password", label: "Enter password" });
const COPY: Action = { kind: "copy_report", label: "Copy for IT" };

function path(states: [StationState, StationState, StationState, StationState], why?: [number, string]): Station[] {
  const seen = states[3] === "good";
  const stations: Station[] = [
    { kind: "phone", name: "Phone", detail: null, state: states[0], why: null },
    { kind: "laptop", name: "This laptop", detail: states[1] === "broken" ? null : "Wi-Fi · 192.168.178.23", state: states[1], why: null },
    { kind: "internet", name: "Internet", detail: seen ? "203.0.113.117:40112" : null, state: states[2], why: null },
    { kind: "registrar", name: "pbx.example.com", detail: seen ? "udp · 198.51.100.20:5060" : null, state: states[3], why: null },
  ];
  const broken = why && stations[why[0]];
  if (why && broken) broken.why = why[1];
  return stations;
}

const REGISTERED: LineView = {
  id: "work",
  number: "tina@example.com",
  headline: "Registered",
  second: "tina@example.com at pbx.example.com · Wi-Fi",
  reach: "reachable",
  action: NONE,
  path: path(["unknown", "good", "good", "good"]),
  refresh: { text: "held for 52 min", share: 0.87 },
  last: "Registered again in 41 ms at 14:02 (network changed)",
  others: [],
  report: '{\n  "version": "0.1.0"\n}',
};

const OTHERS: OtherPlace[] = [
  { contact: "sip:tina@198.51.100.9:5060;transport=udp", until: "until 14:40" },
  { contact: "sip:tina@[2001:db8:85a3::8a2e:370:7334]:5060", until: "until tomorrow 09:10" },
];

const DEAD: LineView = {
  ...REGISTERED,
  headline: "You can't be called",
  second: "pbx.example.com does not answer; trying again in 12 s",
  reach: "unreachable",
  action: { kind: "try_now", label: "Try now" },
  path: path(["unknown", "good", "unknown", "broken"], [3, "pbx.example.com does not answer"]),
  refresh: null,
};

const HOSTILE: LineView = {
  ...REGISTERED,
  number: "<img src=x onerror=alert(1)>@example.com",
  second: "<script>alert(1)</script>@example.com at pbx.example.com · Wi-Fi",
  others: [{ contact: `sip:${"x".repeat(180)}@a.example`, until: "<b>until</b> 14:40" }],
};

function snapshot(lines: LineView[], demo = false, change: Partial<Snapshot> = {}): Snapshot {
  return {
    version: "0.1.0",
    config: { file: "/home/tina/.config/bellhop/config.toml", error: null, problems: [] },
    state_dir: { path: "/home/tina/.local/share/bellhop", error: null },
    // What the page does not look at is left out.
    lines: lines.map((line): Partial<Line> => ({
      id: line.id, aor: `sip:${line.number}`, registrar: "pbx.example.com", demo, state: "registered",
      callable: { proof: "binding_only", at: null },
    })) as Line[],
    network: { online: true, interfaces: [], home: null },
    home: { enabled: false, listening: [], devices: [], domain: "home", network: null, problems: [], store: null, bans: 0 },
    calls: [],
    ...change,
  };
}

function view(lines: LineView[], change: Partial<View> = {}): WindowEvent {
  return {
    event: "view",
    view: { engine: { state: "running", version: "0.1.0" }, no_engine: null, snapshot: snapshot(lines), lines, home: OFF, login: "on", icon: "shown", quit_costs: true, ...change },
  };
}

const STOPPED: NoEngine = {
  headline: "Bellhop's engine stopped", second: "starting it again in 12 s", why: "the engine ended the connection", reach: "unreachable",
  can_start: false, is_newer: false, report: "Bellhop 0.1.0 (linux x86_64)\nBellhop's engine stopped",
};

function without(stopped: NoEngine, change: Partial<NoEngine>): State {
  return { events: [view([], { engine: { state: "starting" }, no_engine: { ...stopped, ...change }, snapshot: null, home: null })] };
}

function one(change: Partial<LineView>): State {
  return { events: [view([{ ...REGISTERED, ...change }])] };
}

function step(name: CheckStep["step"], took_ms: number, change: Partial<CheckStep> = {}): CheckStep {
  return { line: "work", step: name, outcome: "holds", took_ms, detail: null, error: null, ...change };
}

const CONFIG = step("config", 0, { line: null, detail: "1 line" });
const FOUND = [CONFIG, step("secret", 12), step("dns", 31, { detail: "198.51.100.20:5060" })];
const UNPROVEN = [...FOUND, step("login", 63), step("callable", 4000, { outcome: "unproven" })];
const WRONG = [...FOUND, step("login", 1240, { outcome: "fails", error: REFUSED })];
const NO_LOGIN: WindowReply = {
  reply: "refused", error: error("config_unwritable", "the config file /home/tina/.config/autostart/app.bellhop.Bellhop.desktop can't be written: permission denied"),
  state: null, details: [], problems: [],
};
const ADDED: WindowReply = { reply: "added", line: "work" };

function trial(steps: CheckStep[], ends = true): State {
  return {
    events: [view([REGISTERED], { login: "not_asked" }), { event: "add_line" }],
    steps,
    replies: ends ? { add_line: ADDED, check: { reply: "checked", steps } } : { add_line: ADDED },
  };
}

/** Those called form-… and trial-… open the form; what is typed into it comes from whoever looks. */
export const STATES: Record<string, State> = {
  registered: one({}),
  others: one({ others: OTHERS }),
  proven: one({ headline: "You can be called", second: "tina@example.com · hotspot · proven 40 s ago" }),
  registering: one({
    headline: "Registering …", second: "", reach: "working", refresh: null, last: null,
    path: path(["unknown", "good", "unknown", "unknown"]),
  }),
  silent: { events: [view([DEAD])] },
  banned: { events: [view([{ ...DEAD, second: "pbx.example.com stopped answering this address; waiting 10 minutes (a network change or Try now ends that)" }])],
    replies: { rebind: { reply: "refused", error: error("not_done_in_time", "line work is not done after 5 s; it is waiting_to_retry"), state: "waiting_to_retry", details: [], problems: [] } } },
  offline: one({
    headline: "Offline", second: "no network connection", reach: "unreachable", refresh: null, last: null,
    path: path(["unknown", "broken", "unknown", "unknown"], [1, "no network connection"]),
  }),
  password: { events: [view([{ ...DEAD, second: REFUSED.message, action: REFUSED.action, path: path(["unknown", "good", "good", "broken"], [3, REFUSED.message]) }])] },
  forbidden: { events: [view([{ ...DEAD, second: "the company does not accept tina@example.com (403)", action: COPY, path: path(["unknown", "good", "good", "broken"], [3, "the company does not accept tina@example.com (403)"]) }])] },
  locked: { events: [view([{ ...DEAD, second: "the password is locked in your keyring", action: { kind: "unlock_keyring", label: "Unlock" }, path: path(["unknown", "broken", "unknown", "unknown"], [1, "the password is locked in your keyring"]) }])] },
  elsewhere: { events: [view([{ ...DEAD, headline: "Registered elsewhere only", second: "another phone took this number at 14:02", action: { kind: "try_now", label: "Register here" }, path: path(["unknown", "good", "good", "broken"], [3, "another phone took this number"]), others: OTHERS }])] },
  paused: one({
    headline: "Paused", second: "calls don't come to this laptop", reach: "paused", action: { kind: "resume", label: "Resume" },
    refresh: null, path: path(["unknown", "good", "unknown", "unknown"]),
  }),
  lines: { events: [view([REGISTERED, { ...DEAD, id: "b", number: "support@another-company.example" }, { ...REGISTERED, id: "c", number: "3141@pbx.example.net", headline: "Paused", reach: "paused" }])] },
  hostile: { events: [view([HOSTILE, { ...HOSTILE, id: "b" }]), { event: "notice", line: "work", sentence: "Missed call from <img src=x onerror=alert(1)>" }] },
  numeric: one({ path: REGISTERED.path.map((it) => (it.kind === "registrar" ? { ...it, name: "198.51.100.200" } : it)) }),
  demo: { events: [view([{ ...REGISTERED, id: "demo", number: "demo@demo.example", path: REGISTERED.path.filter((it) => it.kind !== "internet") }], { snapshot: snapshot([{ ...REGISTERED, id: "demo" }], true) })] },
  notice: { events: [view([REGISTERED]), { event: "notice", line: "work", sentence: "Registered again in 41 ms (Wi-Fi → hotspot)" }] },
  "no-tray": { events: [view([REGISTERED], { icon: "no_place", login: "not_asked" })] },
  "no-library": { events: [view([REGISTERED], { icon: "no_library", quit_costs: false })] },
  "config-error": { events: [view([REGISTERED], { snapshot: snapshot([REGISTERED], false, {
    config: { file: "/home/tina/.config/bellhop/config.toml", error: error("config_invalid", "the config file has 2 problems"),
      problems: [{ line: 7, key: "expires", message: "must be a whole number of seconds between 60 and 604800" }, { line: 12, key: null, message: "expected a key" }] },
    state_dir: { path: "/home/tina/.local/share/bellhop", error: error("state_dir_unusable", "the state directory /home/tina/.local/share/bellhop can't be used: no space left on device") },
  }) })] },
  "login-refused": { events: [view([REGISTERED], { login: "off" })], desktop: NO_LOGIN },
  "login-refused-first": { events: [view([REGISTERED], { login: "not_asked" })], desktop: NO_LOGIN },
  "empty-no-tray": { events: [view([], { login: "not_asked", icon: "no_place" })] },
  empty: { events: [view([], { login: "not_asked" })] },
  "no-view": { events: [] },
  starting: without(STOPPED, { headline: "Bellhop is starting …", second: null, why: null, reach: "working", report: null }),
  stopped: without(STOPPED, { second: "starting it again" }),
  "stopped-config": without(STOPPED, { why: "/home/tina/.config/bellhop/config.toml:3: aor: must be an address like sip:tina@example.com", can_start: true }),
  newer: without(STOPPED, { headline: "Bellhop was updated: quit and open it again", second: null, why: null, is_newer: true, report: null }),
  "form-add": { events: [view([REGISTERED]), { event: "add_line" }] },
  "form-refused": {
    events: [view([]), { event: "add_line" }],
    replies: { add_line: { reply: "refused", error: error("config_invalid", "the config file has 2 problems"), state: null, details: [], problems: [
      { line: 3, key: "aor", message: "must be an address like sip:tina@example.com" }, { line: 4, key: "registrar", message: "must be a host, or a URI like sip:pbx.example.com" }] } },
  },
  "form-locked": { events: [view([]), { event: "add_line" }], replies: { add_line: { reply: "refused", error: error("secret_locked", "the password is locked in your keyring"), state: null, details: [], problems: [] } } },
  "form-edit": { events: [view([REGISTERED])], replies: { line_settings: { reply: "line_settings", settings: {
    id: "work", aor: "sip:tina@example.com", registrar: "sip:pbx.example.com", outbound_proxy: null, auth_username: "tina-auth", expires: 600, user_agent: null,
    password: { in: "file", path: "work.secret" } } } } },
  "trial-running": trial(FOUND, false),
  "trial-unproven": trial(UNPROVEN),
  "trial-holds": trial([...FOUND, step("tls", 40), step("login", 63), step("callable", 84)]),
  "trial-login-refused": { ...trial([...FOUND, step("login", 63), step("callable", 84)]), desktop: NO_LOGIN },
  "trial-wrong": trial(WRONG),
  "trial-unknown": trial([CONFIG, step("secret", 12), step("dns", 5003, { outcome: "fails", error: error("registrar_unresolved", "this network's DNS does not know pbx.example.com", { kind: "try_now", label: "Try now" }) })]),
  ...Object.fromEntries(Object.entries(HOME_STATES).map(([name, { home, replies }]): [string, State] => [
    name, { events: [view([REGISTERED], { home }), { event: "devices" }], ...(replies && { replies }) },
  ])),
};
