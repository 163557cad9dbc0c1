// The states of the phones at home.

import type { DeviceView, Error, Handout, HomeView, PhoneSettings, QrCode, WindowReply } from "../src/lib/control.ts";

export const OFF: HomeView = {
  enabled: false, devices: [], summary: null, extension: "101", listening: [], network: null, problems: [], bans: null,
};

function error(code: Error["code"], message: string, action: Error["action"] = { kind: "none", label: "–" }): Error {
  return { code, params: {}, whose: "person", message, action };
}

const DESK: DeviceView = {
  name: "desk", extension: "101", online: true, stands: "online since 14:02", agent: "Yealink SIP-T54W 96.86.0.100",
  contacts: [{ contact: "sip:101@192.168.178.40:5060", source: "udp:192.168.178.40:5060", held: "until 15:02" }], error: null,
};
const TABLET: DeviceView = {
  name: "tablet", extension: "102", online: false, stands: "last seen yesterday 22:41", agent: "Linphone-Android/6.0.1 (Pixel Tablet) LinphoneSDK/5.4.2",
  contacts: [{ contact: "sip:102@192.168.178.52:41332;transport=tcp;pn-provider=fcm;pn-prid=e0kHnAbQQx6sLfF3", source: "tcp:192.168.178.52:41332", held: "until 14:40, and does not answer" }], error: null,
};
const SOFT: DeviceView = { name: "softphone", extension: "103", online: false, stands: "offline", agent: null, contacts: [], error: null };

const HOME: HomeView = {
  enabled: true,
  devices: [DESK, TABLET, SOFT],
  summary: "1 of 3 online",
  extension: "104",
  listening: ["udp:127.0.0.1:5070", "tcp:127.0.0.1:5070", "udp:192.168.178.23:5070", "tcp:192.168.178.23:5070"],
  network: { subnet: "192.168.178.0/24", gateway_mac: "dc:39:6f:00:11:22", interface: "wlan0", address: "192.168.178.23" },
  problems: [],
  bans: null,
};

const AWAY: HomeView = {
  ...HOME, network: null, listening: HOME.listening.slice(0, 2), summary: "0 of 3 online",
  devices: HOME.devices.map((it) => ({ ...it, online: false, stands: "last seen 13:58", agent: null, contacts: [] })),
};

const NOT_AT_HOME = error("not_at_home", "this is not a home network; phones on the LAN are let in at home only");

function linphone(server: string, laptop: boolean): PhoneSettings {
  const fields = [["Username", "104"], ["Password", "k7mq3vzb9hnc4xwf2rta"], ["Domain", server], ["Display name", "kitchen"], ["Transport", "UDP"]];
  return { phone: "linphone", name: "Linphone", menu: "Assistant → Use a SIP account", is_for_this_laptop_only: laptop,
    fields: fields.map(([label = "", value = ""]) => ({ label, value })) };
}

function handout(server: string, change: Partial<Handout> = {}): Handout {
  const laptop = server.startsWith("127.");
  return {
    device: "kitchen", extension: "104", password: "k7mq3vzb9hnc4xwf2rta", servers: [`udp:${server}`, `tcp:${server}`],
    phones: [
      linphone(server, laptop),
      { phone: "baresip", name: "baresip", menu: "a line of ~/.baresip/accounts", is_for_this_laptop_only: false,
        fields: [{ label: "", value: "<sip:104@127.0.0.1:5070;transport=udp>;auth_pass=k7mq3vzb9hnc4xwf2rta" }] },
      { phone: "snom", name: "Snom", menu: "the phone's web page → Identity 1 → Login", is_for_this_laptop_only: laptop,
        fields: [{ label: "Identity active", value: "on" }, { label: "Account", value: "104" }, { label: "Password", value: "k7mq3vzb9hnc4xwf2rta" }] },
    ],
    codes: [], no_code: null, ...change,
  };
}

// What a code looks like, not one that says anything.
function code(): QrCode {
  const size = 41;
  const at = (x: number, y: number) => {
    const corner = Math.max(Math.abs(Math.min(x, 32 - x) - 3), Math.abs((x > 16 && y > 16 ? 9 : Math.min(y, 32 - y)) - 3));
    return corner <= 4 ? corner === 3 || corner <= 1 : (x * 7 + y * 13 + x * y) % 5 < 2;
  };
  let path = "";
  for (let y = 0; y < 33; y += 1) for (let x = 0; x < 33; x += 1) if (at(x, y)) path += `M${x + 4} ${y + 4}h1v1h-1z`;
  return { address: "http://192.168.178.23:40211/provisioning/abcdefghijkmnpqrstuvwxyz23456789", size, path, minutes: 10 };
}

const given = (handout: Handout): Record<string, WindowReply> => {
  const reply: WindowReply = { reply: "handout", handout };
  return { add: reply, new_password: reply, again: reply };
};

interface HomeState {
  home: HomeView;
  replies?: Record<string, WindowReply>;
}

/** Those that end in a form or in something to type in are opened by whoever looks. */
export const HOME_STATES: Record<string, HomeState> = {
  "home-empty": { home: { ...OFF, enabled: true } },
  "home-online": { home: HOME, replies: given(handout("192.168.178.23:5070", { codes: [code()] })) },
  "home-away": { home: AWAY, replies: { ...given(handout("127.0.0.1:5070", { no_code: NOT_AT_HOME })),
    home_here: { reply: "refused", error: error("home_unknown", "this network can't be told from others: its gateway 10.0.0.1 does not answer"), state: null, details: [], problems: [] } } },
  "home-taken": { home: { ...HOME, bans: "2 addresses are kept out for a while, after too many wrong passwords", listening: HOME.listening.slice(0, 2),
    devices: [{ ...DESK, online: false, agent: null, contacts: [], stands: "no password is stored for the phone desk",
      error: error("device_password_missing", "no password is stored for the phone desk", { kind: "set_up_phone", label: "Set up a phone" }) }, TABLET],
    problems: [error("port_taken", "udp:192.168.178.23:5070 is taken by baresip (process 4711); 5071 is free and can be named under listen instead"),
      error("home_store_unwritable", "what phones register is not stored: no space left on device", { kind: "copy_report", label: "Copy for IT" })] } },
  "home-off": { home: { ...OFF, devices: [SOFT] } },
  "home-refused": { home: HOME, replies: { add: { reply: "refused", error: error("settings_invalid", "2 settings can't be used as typed"), state: null, details: [], problems: [
    { line: 3, key: "name", message: "another device or group has the same name" }, { line: 4, key: "extension", message: "another device or group has the same extension" }] } } },
  "home-hostile": { home: { ...HOME, devices: [{ ...DESK, name: "<b>desk</b>", agent: `<img src=x onerror=alert(1)>${"x".repeat(180)}`,
    contacts: [{ contact: `sip:${"y".repeat(150)}@<script>alert(1)</script>`, source: "udp:[2001:db8:85a3::8a2e:370:7334]:5060", held: "until 15:02" }] }] } },
};
