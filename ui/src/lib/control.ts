// Rendered from crates/control by `BELLHOP_BLESS=1 cargo test -p bellhop-control typescript`. Not to be edited.

/**
 * The one thing to do about a failure.
 */
export type Action = { 
/**
 * For programs.
 */
kind: ActionKind, 
/**
 * For people: the words on the button.
 */
label: string, };

/**
 * Kinds of actions.
 */
export type ActionKind = "none" | "try_now" | "enter_password" | "unlock_keyring" | "open_browser" | "copy_report" | "set_up_phone" | "resume";

/**
 * A binding as the registrar reported it.
 */
export type Binding = { 
/**
 * The Contact URI.
 */
contact: string, 
/**
 * When it ends.
 */
expires_at: Timestamp, 
/**
 * It is this laptop's.
 */
mine: boolean, };

/**
 * A call in progress.
 */
export type Call = { 
/**
 * Ours, not the Call-ID.
 */
id: string, 
/**
 * Id of the company line, if it uses one.
 */
line: string | null, 
/**
 * Name of the device, once one has the call.
 */
device: string | null, 
/**
 * `in` or `out`, seen from the person.
 */
direction: string, 
/**
 * As the switchboard names it.
 */
state: string, 
/**
 * Who is at the other end.
 */
peer: string, 
/**
 * When it began.
 */
since: Timestamp, 
/**
 * Name of the codec, once agreed.
 */
codec: string | null, };

/**
 * Whether calls arrive.
 */
export type Callable = { 
/**
 * How it is known.
 */
proof: Proof, 
/**
 * When it was last proven.
 */
at: Timestamp | null, };

/**
 * What made a new binding necessary.
 */
export type Cause = "start" | "network_changed" | "wake" | "refresh_failed" | "nat_moved" | "registrar_forgot" | "command" | "resume";

/**
 * One step of `check`.
 */
export type CheckStep = { 
/**
 * Id of the line; absent for steps of the whole.
 */
line: string | null, 
/**
 * What was looked at.
 */
step: Step, 
/**
 * What came of it.
 */
outcome: Outcome, 
/**
 * How long it took, in milliseconds.
 */
took_ms: number, 
/**
 * What was found, for IT.
 */
detail: string | null, 
/**
 * Why it does not hold.
 */
error: Error | null, };

/**
 * What failed. The texts are stable: scripts and IT search for them.
 */
export type Code = "no_network" | "registrar_unresolved" | "registrar_silent" | "registrar_stopped_answering" | "registrar_error" | "password_refused" | "forbidden" | "unknown_number" | "challenge_loop" | "challenge_unsupported" | "realm_changed" | "other_status" | "not_verified" | "registered_elsewhere" | "secret_missing" | "secret_locked" | "secret_unavailable" | "secret_unreadable" | "flow_failed" | "no_engine" | "engine_silent" | "engine_lost" | "engine_stopping" | "engine_foreign" | "wrong_version" | "no_such_line" | "line_paused" | "not_done_in_time" | "state_dir_unknown" | "state_dir_unusable" | "state_dir_not_private" | "state_dir_in_use" | "store_unusable" | "config_missing" | "config_unreadable" | "config_invalid" | "config_unwritable" | "settings_invalid" | "password_elsewhere" | "no_such_device" | "no_such_network" | "device_password_missing" | "contacts_full" | "port_taken" | "listener_unusable" | "certificate_unusable" | "not_at_home" | "home_unknown" | "home_store_unusable" | "home_store_unwritable" | "not_in_this_version" | "internal" | "unknown";

/**
 * The config that is in force, and what is wrong with the file since.
 */
export type Config = { 
/**
 * The file, as the engine was told or found it.
 */
file: string, 
/**
 * Why what the file says now is not in force; the last config that made sense is. Gone as soon as the file makes sense again.
 */
error: Error | null, 
/**
 * What is wrong in it, line by line; empty where the error says it all.
 */
problems: Array<ConfigProblem>, };

/**
 * A problem of the config file. Never a value: it might be a password.
 */
export type ConfigProblem = { 
/**
 * Counted from 1.
 */
line: number, 
/**
 * The key in question; none where the file is no TOML.
 */
key: string | null, 
/**
 * What is wrong and what would be right.
 */
message: string, };

/**
 * A binding in words.
 */
export type ContactView = { 
/**
 * The Contact URI.
 */
contact: string, 
/**
 * Where the REGISTER came from, as `udp:192.168.1.40:5060`.
 */
source: string, 
/**
 * Until when it holds, and whether the phone answers there.
 */
held: string, };

/**
 * What can be asked of the desktop. The answer is `Done` or `Refused`.
 */
export type DesktopRequest = { "ask": "start_at_login", 
/**
 * It does.
 */
on: boolean, } | { "ask": "start_engine" } | { "ask": "quit" };

/**
 * A phone at home.
 */
export type Device = { 
/**
 * The name of the config.
 */
name: string, 
/**
 * What the others dial.
 */
extension: string, 
/**
 * It has an unexpired binding whose flow is not known to be dead.
 */
online: boolean, 
/**
 * Its bindings.
 */
contacts: Array<DeviceContact>, 
/**
 * Since when it has been online without a break, while it is.
 */
since: Timestamp | null, 
/**
 * When it was last online, while it is not; none before this engine has seen it.
 */
last_seen: Timestamp | null, 
/**
 * Why it can't register.
 */
error: Error | null, };

/**
 * A binding of a phone at home.
 */
export type DeviceContact = { 
/**
 * The Contact URI.
 */
contact: string, 
/**
 * `ip:port` that the REGISTER came from.
 */
source: string, 
/**
 * What the phone says that it is.
 */
user_agent: string | null, 
/**
 * When it ends.
 */
expires_at: Timestamp, 
/**
 * What it came over: `udp`, `tcp`, `tls`, `ws` or `wss`.
 */
transport: string, 
/**
 * Whether the phone answered there when it was last asked; null before that.
 */
reachable: boolean | null, 
/**
 * Round trip to the phone, in milliseconds.
 */
rtt_ms: number | null, };

/**
 * What the window's process answers by itself.
 */
export type DeviceReply = { "reply": "handout", 
/**
 * All of it.
 */
handout: Handout, };

/**
 * What the page asks about a phone at home; all of it ends with something to type in. The answer is [`DeviceReply`], or the engine's refusal.
 */
export type DeviceRequest = { "ask": "add", 
/**
 * What the config is to say.
 */
settings: DeviceSettings, } | { "ask": "new_password", 
/**
 * Its name.
 */
device: string, } | { "ask": "again", 
/**
 * Its name.
 */
device: string, 
/**
 * As it was handed out.
 */
password: Password, 
/**
 * This network was just said to be home: what opens then is waited for.
 */
at_home: boolean, };

/**
 * What a `[[device]]` table says.
 */
export type DeviceSettings = { 
/**
 * What to call it.
 */
name: string, 
/**
 * What the others dial; the next free one from 101 if there is none.
 */
extension: string | null, 
/**
 * Where its password is; the environment is no place for it.
 */
password: PasswordPlace, 
/**
 * The one digest that it is held to: `SHA-256` or `MD5`.
 */
digest: string | null, };

/**
 * A phone in words.
 */
export type DeviceView = { 
/**
 * Of the config.
 */
name: string, 
/**
 * What the others dial.
 */
extension: string, 
/**
 * It can be reached.
 */
online: boolean, 
/**
 * Since when it is, or when it was seen last, or why it can't register.
 */
stands: string, 
/**
 * What it says that it is.
 */
agent: string | null, 
/**
 * Its bindings.
 */
contacts: Array<ContactView>, 
/**
 * Why it can't register.
 */
error: Error | null, };

/**
 * Whether a message came or went.
 */
export type Direction = "in" | "out";

/**
 * How the engine is.
 */
export type EngineState = { "state": "running", 
/**
 * Its version.
 */
version: string, } | { "state": "starting" } | { "state": "stopped", 
/**
 * What came in between.
 */
error: Error, };

/**
 * A failure as it is shown, sent and scripted against.
 */
export type Error = { 
/**
 * What failed; stable.
 */
code: Code, 
/**
 * The values in the sentence, and `at` (RFC 3339) where it is known since when. Never a secret.
 */
params: { [key in string]: string }, 
/**
 * Whose matter it is.
 */
whose: Whose, 
/**
 * One English sentence of the catalogue, without a full stop.
 */
message: string, 
/**
 * The one thing to do.
 */
action: Action, };

/**
 * A path from a local address to a registrar.
 */
export type Flow = { 
/**
 * Name of the interface that it is bound to.
 */
interface: string, 
/**
 * Our `ip:port`, once open.
 */
local: string | null, 
/**
 * `ip:port` as the registrar sees us (RFC 3581), once it has said so.
 */
public: string | null, 
/**
 * The registrar's `ip:port`.
 */
registrar: string, 
/**
 * `udp` today.
 */
transport: string, 
/**
 * The Contact URI that is bound over this flow.
 */
contact: string | null, 
/**
 * RFC 5626 `reg-id`, where the flow has one.
 */
reg_id: number | null, 
/**
 * When the binding ends unless refreshed.
 */
expires_at: Timestamp | null, 
/**
 * When it is refreshed, unless something happens before.
 */
refresh_at: Timestamp | null, 
/**
 * Round trip of the last REGISTER, in milliseconds.
 */
rtt_ms: number | null, 
/**
 * Where the flow is in its life.
 */
state: FlowState, };

/**
 * Where a flow is in its life.
 */
export type FlowState = "opening" | "active" | "failed" | "closing";

/**
 * What a phone is told. It holds the password, wherever its texts are of that type.
 */
export type Handout = { 
/**
 * Name of the phone.
 */
device: string, 
/**
 * Whom it logs in as, and what the others dial.
 */
extension: string, 
/**
 * Its password.
 */
password: Password, 
/**
 * Where it may register, as `udp:192.168.1.5:5070`; none while no listener is open.
 */
servers: Array<string>, 
/**
 * What to type into each kind of phone.
 */
phones: Array<PhoneSettings>, 
/**
 * Codes for Linphone: one for each home network that this machine is in.
 */
codes: Array<QrCode>, 
/**
 * Why there is no code.
 */
no_code: Error | null, };

/**
 * The registrar for the devices at home.
 */
export type Home = { 
/**
 * The config turns it on.
 */
enabled: boolean, 
/**
 * Open listeners, as `udp:127.0.0.1:5070`.
 */
listening: Array<string>, 
/**
 * The devices of the config. Snapshots share those that have not changed.
 */
devices: Array<Device>, 
/**
 * Domain of the devices' addresses.
 */
domain: string, 
/**
 * The home network that this machine is in; none while it is elsewhere, or while its gateway is not confirmed yet.
 */
network: HomeNetwork | null, 
/**
 * Listeners that are wanted and not open, with the reason.
 */
problems: Array<HomeProblem>, 
/**
 * Why what phones register is not kept, or could not be used.
 */
store: Error | null, 
/**
 * Addresses that are banned for the moment, after too many failures.
 */
bans: number, };

/**
 * A home network, as the config has it and as this machine is in it.
 */
export type HomeNetwork = { 
/**
 * Its addresses, as `192.168.1.0/24`.
 */
subnet: string, 
/**
 * The gateway that it is known by, as `aa:bb:cc:dd:ee:ff`.
 */
gateway_mac: string, 
/**
 * Name of the interface that leads there.
 */
interface: string | null, 
/**
 * This machine's address there.
 */
address: string | null, };

/**
 * A listener that is not open.
 */
export type HomeProblem = { 
/**
 * As `udp:127.0.0.1:5070`, or as the config writes it.
 */
listener: string, 
/**
 * Why.
 */
error: Error, };

/**
 * The registrar for the phones at home, in words.
 */
export type HomeView = { 
/**
 * The config turns it on.
 */
enabled: boolean, 
/**
 * In the order of the config.
 */
devices: Array<DeviceView>, 
/**
 * How they are, in one sentence; none where there are none.
 */
summary: string | null, 
/**
 * The extension that the next one may have.
 */
extension: string, 
/**
 * Where phones register, as `udp:127.0.0.1:5070`.
 */
listening: Array<string>, 
/**
 * The home network that this machine is in.
 */
network: HomeNetwork | null, 
/**
 * What is wrong: with listeners, and with what is kept.
 */
problems: Array<Error>, 
/**
 * That addresses are kept out for a while, if any are.
 */
bans: string | null, };

/**
 * Whether the desktop shows Bellhop's icon, and what is missing if it does not.
 */
export type IconState = "shown" | "no_place" | "no_library";

/**
 * An interface of this machine.
 */
export type Interface = { 
/**
 * As the system calls it.
 */
name: string, 
/**
 * What it is, as far as can be told.
 */
kind: InterfaceKind, 
/**
 * `address/prefix`.
 */
addresses: Array<string>, 
/**
 * A default route leads over it.
 */
default_route: boolean, };

/**
 * What an interface is.
 */
export type InterfaceKind = "wifi" | "ethernet" | "mobile" | "vpn" | "loopback" | "other";

/**
 * An address-of-record at a company and how it stands there.
 */
export type Line = { 
/**
 * The id of the config, or the one made from the AOR.
 */
id: string, 
/**
 * The address-of-record, as a URI.
 */
aor: string, 
/**
 * Host of the registrar as the config or the AOR names it, for people: the address in use is in `flows`.
 */
registrar: string | null, 
/**
 * It is the line of the demo: at a registrar of the engine's own, in no config, and gone with the engine.
 */
demo: boolean, 
/**
 * What is, not what was asked for.
 */
state: LineState, 
/**
 * Our Contact was seen in the 200.
 */
verified: boolean, 
/**
 * Whether calls reach this laptop, and how that is known.
 */
callable: Callable, 
/**
 * The paths to the registrar, the one in use first.
 */
flows: Array<Flow>, 
/**
 * All bindings that the registrar reported.
 */
bindings: Array<Binding>, 
/**
 * The last time that the registrar stored a new binding of ours.
 */
last_rebind: Rebind | null, 
/**
 * What it registers anew for, while it does and the registrar holds no binding.
 */
under_way: UnderWay | null, 
/**
 * When the next attempt is due, while waiting for it.
 */
retry_at: Timestamp | null, 
/**
 * Why it is not registered, or not verified.
 */
error: Error | null, };

/**
 * What a `[[line]]` table says.
 */
export type LineSettings = { 
/**
 * The id, if the config has one and does not leave it to the AOR.
 */
id: string | null, 
/**
 * The address-of-record. One without a scheme gets `sip:`.
 */
aor: string, 
/**
 * Where to register, if not at the AOR's domain. One without a scheme gets `sip:`.
 */
registrar: string | null, 
/**
 * Where to send instead. One without a scheme gets `sip:`.
 */
outbound_proxy: string | null, 
/**
 * Who logs in, if not the AOR's user.
 */
auth_username: string | null, 
/**
 * Seconds to ask for.
 */
expires: number | null, 
/**
 * What to say as User-Agent.
 */
user_agent: string | null, 
/**
 * Where the password is.
 */
password: PasswordPlace, };

/**
 * Where a line is in its life.
 */
export type LineState = "offline" | "registering" | "registered" | "waiting_to_retry" | "waiting_for_secret" | "rejected" | "unregistering" | "paused";

/**
 * A line in words.
 */
export type LineView = { 
/**
 * Of the config.
 */
id: string, 
/**
 * The AOR as people know it.
 */
number: string, 
/**
 * Can people call me?
 */
headline: string, 
/**
 * Why, or where; may be empty.
 */
second: string, 
/**
 * For the colour that comes on top.
 */
reach: Reach, 
/**
 * The one thing to do.
 */
action: Action, 
/**
 * From phone to registrar.
 */
path: Array<Station>, 
/**
 * When the binding is refreshed.
 */
refresh: Refresh | null, 
/**
 * The last time that the registrar stored a new binding.
 */
last: string | null, 
/**
 * Where else the number rings.
 */
others: Array<OtherPlace>, 
/**
 * What IT wants to know, to be copied.
 */
report: string, };

/**
 * The networks of this machine.
 */
export type Network = { 
/**
 * A default route leads over an interface with link and address.
 */
online: boolean, 
/**
 * All interfaces with an address.
 */
interfaces: Array<Interface>, 
/**
 * Name of the home network, while on it.
 */
home: string | null, };

/**
 * Why no engine is heard.
 */
export type NoEngine = { 
/**
 * What is so.
 */
headline: string, 
/**
 * What Bellhop does about it.
 */
second: string | null, 
/**
 * What is in the way.
 */
why: string | null, 
/**
 * For the colour that comes on top.
 */
reach: Reach, 
/**
 * It can be started at once instead of at the next attempt.
 */
can_start: boolean, 
/**
 * It runs, and is too new for this window: only opening Bellhop anew helps.
 */
is_newer: boolean, 
/**
 * What IT wants to know, to be copied.
 */
report: string | null, };

/**
 * Another binding of the number.
 */
export type OtherPlace = { 
/**
 * The Contact URI.
 */
contact: string, 
/**
 * How long.
 */
until: string, };

/**
 * What came of one step of a check.
 */
export type Outcome = "holds" | "unproven" | "fails";

/**
 * A password. It shows itself to nobody, and its memory is wiped when it goes.
 */
export type Password = string;

/**
 * Where a line's password is.
 */
export type PasswordPlace = { "in": "keyring" } | { "in": "file", 
/**
 * As the config names it; what is relative is relative to the config.
 */
path: string, } | { "in": "env", 
/**
 * Its name.
 */
variable: string, };

/**
 * A kind of phone.
 */
export type Phone = "linphone" | "baresip" | "microsip" | "zoiper" | "groundwire" | "yealink" | "grandstream" | "snom";

/**
 * A field of a phone's menus.
 */
export type PhoneField = { 
/**
 * As the phone has it; empty for a line of a file.
 */
label: string, 
/**
 * What goes in.
 */
value: Password, };

/**
 * What to type into one kind of phone.
 */
export type PhoneSettings = { 
/**
 * Which.
 */
phone: Phone, 
/**
 * Its maker's word for it.
 */
name: string, 
/**
 * The way through its menus.
 */
menu: string, 
/**
 * What to type there, in this order.
 */
fields: Array<PhoneField>, 
/**
 * No listener that such a phone reaches is open: it would have to be on this laptop.
 */
is_for_this_laptop_only: boolean, };

/**
 * How it is known that calls arrive. Only the first two mean callable.
 */
export type Proof = "self_request" | "inbound_seen" | "binding_only" | "none";

/**
 * A QR code, drawn.
 */
export type QrCode = { 
/**
 * What it says: an address under which the settings are found once.
 */
address: Password, 
/**
 * Length of a side, in modules, with the quiet zone.
 */
size: number, 
/**
 * The dark modules, as an SVG path.
 */
path: Password, 
/**
 * For so long.
 */
minutes: number, };

/**
 * The four silhouettes.
 */
export type Reach = "reachable" | "working" | "unreachable" | "paused";

/**
 * A binding renewed at another address.
 */
export type Rebind = { 
/**
 * When it was stored.
 */
at: Timestamp, 
/**
 * What made it necessary.
 */
cause: Cause, 
/**
 * From the cause to the 200, in milliseconds.
 */
took_ms: number, 
/**
 * REGISTERs that it took: one, and one more for each challenge.
 */
round_trips: number, };

/**
 * When the binding is refreshed; while it is being refreshed, how long the registrar holds it.
 */
export type Refresh = { 
/**
 * In words.
 */
text: string, 
/**
 * What is left of the time to the refresh, 0 to 1.
 */
share: number, };

/**
 * What the engine answers.
 */
export type Reply = { "reply": "done" } | { "reply": "refused", 
/**
 * Why.
 */
error: Error, 
/**
 * State of the line in question.
 */
state: LineState | null, 
/**
 * More lines for people: the problems of a config, one a line.
 */
details: Array<string>, 
/**
 * The same for programs: the key names the field of a form.
 */
problems: Array<ConfigProblem>, } | { "reply": "status", 
/**
 * Of this moment.
 */
snapshot: Snapshot, } | { "reply": "checked", 
/**
 * One a step.
 */
steps: Array<CheckStep>, } | { "reply": "line_settings", 
/**
 * As written.
 */
settings: LineSettings, } | { "reply": "added", 
/**
 * Its id.
 */
line: string, } | { "reply": "device_added", 
/**
 * Its name.
 */
device: string, 
/**
 * What the others dial, and whom it logs in as.
 */
extension: string, } | { "reply": "provisioning", 
/**
 * Where, without the token, which comes behind it: one for each home network that this machine is in.
 */
addresses: Array<string>, 
/**
 * Seconds for which they wait.
 */
seconds: number, } | { "reply": "home", 
/**
 * Which.
 */
network: HomeNetwork, } | { "reply": "trace", 
/**
 * See [`newest_that_fit`].
 */
entries: Array<TraceEntry>, };

/**
 * What a view can ask.
 */
export type Request = { "ask": "status" } | { "ask": "subscribe" } | { "ask": "rebind", 
/**
 * All lines if absent.
 */
line: string | null, } | { "ask": "pause", 
/**
 * Id of the line.
 */
line: string, } | { "ask": "resume", 
/**
 * Id of the line.
 */
line: string, } | { "ask": "check", 
/**
 * All lines if absent.
 */
line: string | null, } | { "ask": "trace" } | { "ask": "forget_secret", 
/**
 * Id of the line.
 */
line: string, } | { "ask": "reload" } | { "ask": "line_settings", 
/**
 * Id of the line.
 */
line: string, } | { "ask": "add_line", 
/**
 * What the config is to say.
 */
settings: LineSettings, 
/**
 * For the keyring; without one, what is there already is used.
 */
password: Password | null, } | { "ask": "edit_line", 
/**
 * Id of the line as it is.
 */
line: string, 
/**
 * What the config is to say.
 */
settings: LineSettings, 
/**
 * For the keyring; without one the password stays, and moves where the number changes.
 */
password: Password | null, } | { "ask": "remove_line", 
/**
 * Id of the line.
 */
line: string, } | { "ask": "set_password", 
/**
 * Id of the line.
 */
line: string, 
/**
 * The new one.
 */
password: Password, } | { "ask": "add_device", 
/**
 * What the config is to say.
 */
settings: DeviceSettings, 
/**
 * For the keyring; without one, what is there already is used.
 */
password: Password | null, } | { "ask": "remove_device", 
/**
 * Name of the device.
 */
device: string, } | { "ask": "set_device_password", 
/**
 * Name of the device.
 */
device: string, 
/**
 * The new one.
 */
password: Password, } | { "ask": "forget_device_secret", 
/**
 * Name of the device.
 */
device: string, } | { "ask": "provision", 
/**
 * Name of the device.
 */
device: string, 
/**
 * Its password, as it was just made.
 */
password: Password, 
/**
 * Made by whoever asks, who shows it as part of an address.
 */
token: Password, } | { "ask": "home_here" } | { "ask": "forget_home", 
/**
 * Its subnet as the config has it; all if absent.
 */
network: string | null, } | { "ask": "demo" } | { "ask": "shutdown" };

/**
 * Everything, comparable as a whole: the engine publishes a new one only when it differs.
 */
export type Snapshot = { 
/**
 * Version of the engine.
 */
version: string, 
/**
 * The config that is in force.
 */
config: Config, 
/**
 * Where the engine keeps what it learns.
 */
state_dir: StateDir, 
/**
 * One entry per line of the config, in its order.
 */
lines: Array<Line>, 
/**
 * The networks of this machine.
 */
network: Network, 
/**
 * The registrar for the devices at home.
 */
home: Home, 
/**
 * Calls in progress.
 */
calls: Array<Call>, };

/**
 * Whether Bellhop starts with the session.
 */
export type StartAtLogin = "on" | "off" | "not_asked" | "unavailable";

/**
 * The state directory, and what is wrong with it.
 */
export type StateDir = { 
/**
 * Where it is.
 */
path: string, 
/**
 * Why what the engine learns does not outlive it, or what it found there could not be used.
 */
error: Error | null, };

/**
 * One of the places that a call passes.
 */
export type Station = { 
/**
 * What it is.
 */
kind: StationKind, 
/**
 * For people.
 */
name: string, 
/**
 * For IT: addresses.
 */
detail: string | null, 
/**
 * How it is.
 */
state: StationState, 
/**
 * Why it is broken.
 */
why: string | null, };

/**
 * What a station is.
 */
export type StationKind = "phone" | "laptop" | "internet" | "registrar";

/**
 * How a station is.
 */
export type StationState = "good" | "unknown" | "broken";

/**
 * What `check` looks at.
 */
export type Step = "config" | "secret" | "dns" | "tls" | "login" | "callable";

/**
 * A moment of wall time in UTC, to the millisecond. Two that are written alike are equal.
 */
export type Timestamp = string;

/**
 * A SIP message that came or went.
 */
export type TraceEntry = { 
/**
 * When.
 */
at: Timestamp, 
/**
 * Microseconds past `at`, 0 to 999.
 */
micros: number, 
/**
 * Id of the line.
 */
line: string, 
/**
 * The path that it took.
 */
flow: TraceFlow, 
/**
 * Whether it came or went.
 */
direction: Direction, 
/**
 * Why nobody was given it.
 */
dropped: string | null, 
/**
 * The message with its credentials masked; it ends with [`CUT`] if that is not all of it.
 */
text: string, };

/**
 * The path of a traced message.
 */
export type TraceFlow = { 
/**
 * Name of the interface.
 */
interface: string, 
/**
 * Our `ip:port`.
 */
local: string, 
/**
 * The other `ip:port`.
 */
remote: string, };

/**
 * A line that registers anew.
 */
export type UnderWay = { 
/**
 * Why.
 */
cause: Cause, 
/**
 * When that was.
 */
since: Timestamp, };

/**
 * All there is to show.
 */
export type View = { 
/**
 * Whether the rest is true at this moment.
 */
engine: EngineState, 
/**
 * What is shown where there are no lines to show, because no engine is heard.
 */
no_engine: NoEngine | null, 
/**
 * The newest that the engine said; none before its first. While the engine is gone there are no lines to show: what it knew is not known.
 */
snapshot: Snapshot | null, 
/**
 * In the order of the config.
 */
lines: Array<LineView>, 
/**
 * The phones at home; none without a snapshot.
 */
home: HomeView | null, 
/**
 * Whether Bellhop starts with the session.
 */
login: StartAtLogin, 
/**
 * Whether this desktop shows Bellhop's icon.
 */
icon: IconState, 
/**
 * With Bellhop goes a line that is wanted: who quits is asked whether it shall.
 */
quit_costs: boolean, };

/**
 * Whose matter a failure is.
 */
export type Whose = "person" | "network" | "registrar" | "device" | "bellhop";

/**
 * What the page hears.
 */
export type WindowEvent = { "event": "view", 
/**
 * The newest.
 */
view: View, } | { "event": "notice", 
/**
 * Id of the line.
 */
line: string, 
/**
 * In one sentence.
 */
sentence: string, } | { "event": "add_line" } | { "event": "devices" };

/**
 * What the page is answered.
 */
export type WindowReply = Reply | DeviceReply;

/**
 * What the page asks.
 */
export type WindowRequest = { "to": "engine", 
/**
 * What.
 */
request: Request, } | { "to": "desktop", 
/**
 * What.
 */
request: DesktopRequest, } | { "to": "device", 
/**
 * What.
 */
request: DeviceRequest, };

/**
 * Ids of all that the message catalogue says.
 */
export type Message =
  | "no_network"
  | "registrar_unresolved"
  | "registrar_silent"
  | "registrar_stopped_answering"
  | "registrar_error"
  | "password_refused"
  | "forbidden"
  | "unknown_number"
  | "challenge_loop"
  | "challenge_unsupported"
  | "realm_changed"
  | "other_status"
  | "not_verified"
  | "registered_elsewhere"
  | "secret_missing"
  | "secret_locked"
  | "secret_unavailable"
  | "secret_unreadable"
  | "flow_failed"
  | "no_engine"
  | "engine_silent"
  | "engine_lost"
  | "engine_stopping"
  | "engine_foreign"
  | "wrong_version"
  | "no_such_line"
  | "line_paused"
  | "not_done_in_time"
  | "state_dir_unknown"
  | "state_dir_unusable"
  | "state_dir_not_private"
  | "state_dir_in_use"
  | "store_unusable"
  | "config_missing"
  | "config_unreadable"
  | "config_invalid"
  | "config_unwritable"
  | "settings_invalid"
  | "password_elsewhere"
  | "no_such_device"
  | "no_such_network"
  | "device_password_missing"
  | "contacts_full"
  | "port_taken"
  | "listener_unusable"
  | "certificate_unusable"
  | "not_at_home"
  | "home_unknown"
  | "home_store_unusable"
  | "home_store_unwritable"
  | "not_in_this_version"
  | "internal"
  | "unknown"
  | "action-none"
  | "action-try_now"
  | "action-enter_password"
  | "action-unlock_keyring"
  | "action-open_browser"
  | "action-copy_report"
  | "action-set_up_phone"
  | "action-resume"
  | "action-register_here"
  | "headline-registered"
  | "headline-not_callable"
  | "headline-elsewhere"
  | "headline-offline"
  | "headline-registering"
  | "headline-moving"
  | "headline-unregistering"
  | "headline-paused"
  | "second-registered"
  | "second-registered_via"
  | "second-offline"
  | "second-paused"
  | "second-since"
  | "second-retry"
  | "second-retrying"
  | "second-stopped"
  | "station-phone"
  | "station-laptop"
  | "station-internet"
  | "station-here"
  | "station-registrar"
  | "station-no_phone"
  | "refresh-in"
  | "refresh-held"
  | "last-registered"
  | "last-again"
  | "last-again_because"
  | "cause-network_changed"
  | "cause-wake"
  | "cause-refresh_failed"
  | "cause-nat_moved"
  | "cause-registrar_forgot"
  | "other-until"
  | "home-online"
  | "home-online_since"
  | "home-offline"
  | "home-last_seen"
  | "home-summary"
  | "home-held"
  | "home-held_silent"
  | "home-bans"
  | "start-no_display"
  | "start-display_unusable"
  | "start-tray_silent"
  | "start-window_silent"
  | "note-config_kept"
  | "note-config_kept_more"
  | "notice-registered_again"
  | "notice-registered_again_moved"
  | "notice-missed_call"
  | "notice-rejected"
  | "notice-elsewhere"
  | "tray-no_lines"
  | "tray-starting"
  | "tray-engine_stopped"
  | "tray-engine_again"
  | "tray-engine_now"
  | "tray-engine_newer"
  | "tray-engine_missing"
  | "tray-engine_ended"
  | "tray-one_not_callable"
  | "tray-some_not_callable"
  | "tray-line_registered"
  | "tray-line_registering"
  | "tray-line_unregistering"
  | "tray-line_offline"
  | "tray-line_paused"
  | "tray-line_waiting"
  | "tray-line_why"
  | "tray-demo"
  | "tray-contact"
  | "tray-network"
  | "tray-network_at"
  | "tray-public"
  | "tray-registrar"
  | "tray-registrar_at"
  | "tray-transport"
  | "tray-expires"
  | "tray-expires_soon"
  | "tray-again_at"
  | "tray-rebind"
  | "tray-rebind_at"
  | "tray-any_network"
  | "tray-others"
  | "tray-other"
  | "tray-more_others"
  | "tray-more_lines"
  | "tray-home"
  | "tray-home_none"
  | "tray-home_device"
  | "tray-home_device_agent"
  | "tray-home_open"
  | "tray-add_line"
  | "tray-rebind_now"
  | "tray-pause"
  | "tray-pause_all"
  | "tray-resume"
  | "tray-resume_all"
  | "tray-start_engine"
  | "tray-open"
  | "tray-quit"
  | "toast-down"
  | "toast-down_body"
  | "toast-silent_body"
  | "toast-back"
  | "toast-back_body"
  | "toast-engine_down"
  | "toast-engine_down_body"
  | "toast-engine_down_plain"
  | "toast-engine_back"
  | "window-none_what"
  | "window-lines"
  | "window-demo"
  | "window-demo_what"
  | "window-demo_is"
  | "window-demo_end"
  | "window-reach_reachable"
  | "window-reach_working"
  | "window-reach_unreachable"
  | "window-reach_paused"
  | "window-path"
  | "window-station_good"
  | "window-station_unknown"
  | "window-station_broken"
  | "window-others"
  | "window-test"
  | "window-test_again"
  | "window-edit"
  | "window-remove"
  | "window-more_of"
  | "window-copy"
  | "window-copied"
  | "window-not_copied"
  | "window-add"
  | "window-add_another"
  | "window-adding"
  | "window-save"
  | "window-saving"
  | "window-cancel"
  | "window-close"
  | "window-done"
  | "window-version"
  | "window-problem"
  | "window-problem_whole"
  | "window-login"
  | "window-login_what"
  | "window-no_tray"
  | "window-no_library"
  | "window-form_add"
  | "window-form_edit"
  | "window-form_more"
  | "window-form_amiss"
  | "window-aor"
  | "window-aor_hint"
  | "window-aor_needed"
  | "window-password"
  | "window-password_hint"
  | "window-password_kept"
  | "window-password_in_file"
  | "window-password_in_env"
  | "window-registrar"
  | "window-registrar_hint"
  | "window-outbound_proxy"
  | "window-outbound_proxy_hint"
  | "window-auth_username"
  | "window-auth_username_hint"
  | "window-expires"
  | "window-expires_hint"
  | "window-expires_number"
  | "window-user_agent"
  | "window-user_agent_hint"
  | "window-id"
  | "window-id_hint"
  | "window-password_for"
  | "window-password_use"
  | "window-password_needed"
  | "window-remove_what"
  | "window-remove_then"
  | "window-trial_runs"
  | "window-trial_adding"
  | "window-trial_holds"
  | "window-trial_unproven"
  | "window-trial_fails"
  | "window-trial_stopped"
  | "window-steps"
  | "window-step_saved"
  | "window-step_config"
  | "window-step_config_fails"
  | "window-step_config_runs"
  | "window-step_secret"
  | "window-step_secret_kept"
  | "window-step_secret_fails"
  | "window-step_secret_runs"
  | "window-step_dns"
  | "window-step_dns_address"
  | "window-step_dns_fails"
  | "window-step_dns_runs"
  | "window-step_tls"
  | "window-step_tls_fails"
  | "window-step_login"
  | "window-step_login_fails"
  | "window-step_login_runs"
  | "window-step_callable"
  | "window-step_callable_fails"
  | "window-step_callable_runs"
  | "window-step_unproven"
  | "window-step_unproven_why"
  | "window-home"
  | "window-home_back"
  | "window-home_none"
  | "window-home_none_what"
  | "window-home_off"
  | "window-home_add"
  | "window-home_devices"
  | "window-home_listen"
  | "window-home_listen_none"
  | "window-home_network"
  | "window-home_here"
  | "window-home_here_what"
  | "window-home_away"
  | "window-home_away_what"
  | "window-home_this"
  | "window-home_forget"
  | "window-home_forget_what"
  | "window-home_forget_then"
  | "window-device_name"
  | "window-device_name_hint"
  | "window-device_name_needed"
  | "window-device_extension"
  | "window-device_extension_hint"
  | "window-device_login"
  | "window-device_login_hint"
  | "window-device_login_any"
  | "window-device_login_only"
  | "window-device_contact_of"
  | "window-device_added"
  | "window-device_renewed"
  | "window-device_once"
  | "window-device_user"
  | "window-device_server"
  | "window-device_kind"
  | "window-device_line"
  | "window-device_laptop_only"
  | "window-device_no_listener"
  | "window-device_code"
  | "window-device_code_name"
  | "window-device_no_code"
  | "window-device_code_again"
  | "window-device_new"
  | "window-device_new_what"
  | "window-device_new_then"
  | "window-device_remove_then"
  | "login-comment"
  | "quit-title"
  | "quit-question"
  | "quit-what"
  | "quit-stay"
  | "quit-go";
