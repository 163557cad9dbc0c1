//! One line in the menu: its sentence, and below it what IT wants to know.

use std::time::Duration;

use bellhop_control::catalogue::text;
use bellhop_control::error::ActionKind;
use bellhop_control::face::{Face, duration, network_name, number};
use bellhop_control::snapshot::{Cause, Flow, Line, LineState, Network, Rebind};
use bellhop_control::timestamp::Timestamp;

use super::label::{escaped, label};
use super::left::Left;
use super::menu::Clock;
use super::tree::{Act, Item};

/// Other bindings that are listed; a registrar may send a hundred.
const OTHERS: usize = 5;
/// Waits under this are over before anybody has read when they end.
const SHORT_WAIT: Duration = Duration::from_secs(60);

/// The entry of `line`.
pub(crate) fn item(line: &Line, face: &Face, network: &Network, clock: &mut Clock) -> Item {
    let key = format!("line:{}", line.id);
    let mut items = binding(line, network, &key, clock);
    items.extend(others(line, &key, clock));
    if !items.is_empty() {
        items.push(Item::separator(format!("{key}/before-actions")));
    }
    items.extend(actions(line, face, &key));
    Item::submenu(key, escaped(&sentence(line)), items)
}

/// "tina@example.com: registered at pbx.example.com".
fn sentence(line: &Line) -> String {
    let number = ("number", number(&line.aor));
    let why = line.error.as_ref().map(|error| error.message.as_str());
    match (line.state, why) {
        (LineState::Registered, _) => {
            let registrar = ("registrar", registrar(line));
            text("tray-line_registered", &[number, registrar])
        }
        (LineState::Offline, _) => text("tray-line_offline", &[number]),
        (LineState::Unregistering, _) => text("tray-line_unregistering", &[number]),
        (LineState::Paused, _) => text("tray-line_paused", &[number]),
        (_, Some(why)) => text("tray-line_why", &[number, ("why", why)]),
        (LineState::Registering, None) => text("tray-line_registering", &[number]),
        (LineState::WaitingToRetry | LineState::WaitingForSecret | LineState::Rejected, None) => {
            text("tray-line_waiting", &[number])
        }
    }
}

/// The host as the config names it, else the address in use.
fn registrar(line: &Line) -> &str {
    let address = line.flows.first().map(|flow| flow.registrar.as_str());
    line.registrar.as_deref().or(address).unwrap_or_default()
}

fn binding(line: &Line, network: &Network, key: &str, clock: &mut Clock) -> Vec<Item> {
    let mut items = Vec::new();
    let mut say = |name: &str, words: String| {
        items.push(Item::text(format!("{key}/{name}"), words));
    };
    if line.demo {
        say("demo", label("tray-demo", &[]));
    }
    // Of a line that is registered the sentence tells only that.
    if let (LineState::Registered, Some(error)) = (line.state, &line.error) {
        say("why", escaped(&error.message));
    }
    if let Some(at) = retry(line, clock.here().now) {
        let at = clock.moment(at);
        say("again", label("tray-again_at", &[("at", &at)]));
    }
    let flow = line.flows.first();
    if let Some(contact) = flow.and_then(|flow| flow.contact.as_deref()) {
        say("contact", label("tray-contact", &[("contact", contact)]));
    }
    if let Some(flow) = flow {
        let name = interface(flow, network);
        say(
            "network",
            match flow.local.as_deref() {
                Some(address) => label(
                    "tray-network_at",
                    &[("network", &name), ("address", address)],
                ),
                None => label("tray-network", &[("network", &name)]),
            },
        );
        if let Some(public) = &flow.public {
            say("public", label("tray-public", &[("address", public)]));
        }
        say("registrar", where_to(registrar(line), &flow.registrar));
        let transport = flow.transport.to_uppercase();
        say(
            "transport",
            label("tray-transport", &[("transport", &transport)]),
        );
        if let Some(at) = flow.expires_at {
            let left = Left::in_minutes(at.since(clock.here().now));
            let words = match clock.read(left) {
                Some(left) => label("tray-expires", &[("left", &left)]),
                None => label("tray-expires_soon", &[]),
            };
            say("expires", words);
        }
    }
    if let Some(last) = &line.last_rebind {
        let words = rebind(last, flow, network);
        let at = clock.moment(last.at);
        let values = [("rebind", words.as_str()), ("at", &at)];
        say("rebind", label("tray-rebind_at", &values));
    }
    items
}

/// When the next attempt is due, if that is worth reading.
fn retry(line: &Line, now: Timestamp) -> Option<Timestamp> {
    let waits = line.state == LineState::WaitingToRetry;
    line.retry_at
        .filter(|at| waits && at.since(now) >= SHORT_WAIT)
}

/// Name and address of the registrar, or the address alone where it is the name.
fn where_to(name: &str, address: &str) -> String {
    let host = address.rsplit_once(':').map_or(address, |(host, _)| host);
    if host == name || address == name {
        label("tray-registrar", &[("registrar", address)])
    } else {
        let values = [("registrar", name), ("address", address)];
        label("tray-registrar_at", &values)
    }
}

/// "Wi-Fi (wlan0)", or the interface alone.
fn interface(flow: &Flow, network: &Network) -> String {
    let name = called(flow, network);
    if name == flow.interface {
        name.to_owned()
    } else {
        format!("{name} ({})", flow.interface)
    }
}

fn called<'a>(flow: &'a Flow, network: &Network) -> &'a str {
    let known = network.interfaces.iter();
    let kind = known
        .filter(|known| known.name == flow.interface)
        .map(|known| known.kind)
        .next();
    kind.map_or(flow.interface.as_str(), |kind| {
        network_name(&flow.interface, kind)
    })
}

/// "Re-registered in 31 ms after a move to Wi-Fi": the network in use now is the one that was moved to.
fn rebind(last: &Rebind, flow: Option<&Flow>, network: &Network) -> String {
    let took = duration(Duration::from_millis(last.took_ms));
    let somewhere = text("tray-any_network", &[]);
    let name = flow.map_or(somewhere.as_str(), |flow| called(flow, network));
    let values = [
        ("cause", cause(last.cause)),
        ("took", &took),
        ("network", name),
    ];
    text("tray-rebind", &values)
}

fn cause(cause: Cause) -> &'static str {
    match cause {
        Cause::Start => "start",
        Cause::NetworkChanged => "network_changed",
        Cause::Wake => "wake",
        Cause::RefreshFailed => "refresh_failed",
        Cause::NatMoved => "nat_moved",
        Cause::RegistrarForgot => "registrar_forgot",
        Cause::Command => "command",
        Cause::Resume => "resume",
    }
}

fn others(line: &Line, key: &str, clock: &mut Clock) -> Vec<Item> {
    let others: Vec<_> = line.bindings.iter().filter(|it| !it.mine).collect();
    if others.is_empty() {
        return Vec::new();
    }
    let mut items = vec![
        Item::separator(format!("{key}/before-others")),
        Item::text(format!("{key}/others"), label("tray-others", &[])),
    ];
    for (index, other) in others.iter().take(OTHERS).enumerate() {
        let until = clock.moment(other.expires_at);
        let values = [("contact", other.contact.as_str()), ("until", &until)];
        let words = label("tray-other", &values);
        items.push(Item::text(format!("{key}/other:{index}"), words));
    }
    if let Some(more) = others.len().checked_sub(OTHERS).filter(|more| *more > 0) {
        let words = label("tray-more_others", &[("count", &more.to_string())]);
        items.push(Item::text(format!("{key}/more-others"), words));
    }
    items
}

fn actions(line: &Line, face: &Face, key: &str) -> Vec<Item> {
    let id = line.id.clone();
    let mut items = Vec::new();
    let act = match face.action.kind {
        // Below anyhow.
        ActionKind::None | ActionKind::Resume | ActionKind::TryNow => None,
        ActionKind::UnlockKeyring => Some(Act::ReadSecret(id.clone())),
        // These need more than a menu.
        ActionKind::EnterPassword
        | ActionKind::OpenBrowser
        | ActionKind::CopyReport
        | ActionKind::SetUpPhone => Some(Act::Open),
    };
    if let Some(act) = act {
        let words = escaped(&face.action.label);
        items.push(Item::action(format!("{key}/action"), words, act));
    }
    let again = match face.action.kind {
        ActionKind::TryNow => escaped(&face.action.label),
        ActionKind::None
        | ActionKind::Resume
        | ActionKind::UnlockKeyring
        | ActionKind::EnterPassword
        | ActionKind::OpenBrowser
        | ActionKind::CopyReport
        | ActionKind::SetUpPhone => label("tray-rebind_now", &[]),
    };
    let paused = line.state == LineState::Paused;
    items.push(Item::action_if(
        !paused,
        format!("{key}/rebind-now"),
        again,
        Act::Rebind(Some(id.clone())),
    ));
    items.push(if paused {
        let words = label("tray-resume", &[]);
        Item::action(format!("{key}/resume"), words, Act::Resume(vec![id]))
    } else {
        let words = label("tray-pause", &[]);
        Item::action(format!("{key}/pause"), words, Act::Pause(vec![id]))
    });
    items
}
