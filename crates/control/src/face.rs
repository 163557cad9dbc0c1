//! A line in the words that every view uses: headline and second line. A pure function of the snapshot.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use time::UtcOffset;
use time::macros::format_description;

use crate::catalogue::text;
use crate::error::{Action, ActionKind, Code};
use crate::snapshot::{Cause, InterfaceKind, Line, LineState, Network};
use crate::timestamp::Timestamp;

mod countdown;
mod home;

pub use countdown::{countdown, until_other_words};
pub use home::{foremost, stands};

/// So long is a change of network a move; what takes longer is in trouble.
const MOVING: Duration = Duration::from_secs(2);

/// What a view says first of a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Face {
    /// Can people call me?
    pub headline: String,
    /// Why, or where; may be empty.
    pub second: String,
    /// For the colour that comes on top.
    pub reach: Reach,
    /// The one thing to do.
    pub action: Action,
}

/// What the person's clock shows.
#[derive(Clone, Copy, Debug)]
pub struct Here {
    /// This moment.
    pub now: Timestamp,
    /// The zone that the person lives by.
    pub offset: UtcOffset,
}

impl Here {
    /// "14:02", "yesterday 14:02", "2026-11-20 14:02".
    pub fn moment(self, moment: Timestamp) -> String {
        let (there, here) = (
            moment.as_utc().to_offset(self.offset),
            self.now.as_utc().to_offset(self.offset),
        );
        let time = format!("{:02}:{:02}", there.hour(), there.minute());
        if there.date() == here.date() {
            time
        } else if Some(there.date()) == here.date().previous_day() {
            format!("yesterday {time}")
        } else {
            let date = there
                .date()
                .format(format_description!("[year]-[month]-[day]"))
                .unwrap_or_default();
            format!("{date} {time}")
        }
    }
}

/// The four silhouettes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub enum Reach {
    /// Registered.
    Reachable,
    /// On the way there.
    Working,
    /// Calls do not come here.
    Unreachable,
    /// Off, as wanted.
    Paused,
}

impl Face {
    /// The face of `line` on `network`, seen from here. Until calls are carried, "Registered" is all that is said, proof or not.
    pub fn of(line: &Line, network: &Network, here: Here) -> Face {
        let (headline, second, reach) = match line.state {
            LineState::Registered => (
                "headline-registered",
                registered(line, network),
                Reach::Reachable,
            ),
            // Tried again after it went wrong: nobody can call until something answers.
            LineState::Registering if line.error.is_some() => {
                ("headline-not_callable", retrying(line), Reach::Unreachable)
            }
            LineState::Registering => ("headline-registering", String::new(), Reach::Working),
            LineState::Unregistering => ("headline-unregistering", String::new(), Reach::Working),
            LineState::Offline => (
                "headline-offline",
                text("second-offline", &[]),
                Reach::Unreachable,
            ),
            LineState::Rejected if is_elsewhere(line) => (
                "headline-elsewhere",
                because(line, here),
                Reach::Unreachable,
            ),
            LineState::WaitingToRetry | LineState::WaitingForSecret | LineState::Rejected => (
                "headline-not_callable",
                because(line, here),
                Reach::Unreachable,
            ),
            LineState::Paused => ("headline-paused", text("second-paused", &[]), Reach::Paused),
        };
        Face {
            headline: moving(line, network, here).unwrap_or_else(|| text(headline, &[])),
            second,
            reach,
            action: match &line.error {
                Some(error) => error.action.clone(),
                None if line.state == LineState::Paused => Action::of(ActionKind::Resume),
                None => Action::of(ActionKind::None),
            },
        }
    }
}

/// Where the line is moving to, for as long as that is news.
fn moving(line: &Line, network: &Network, here: Here) -> Option<String> {
    still_moving(line, here)?;
    let flow = line.flows.first()?;
    let there = name_of(&flow.interface, network);
    Some(text("headline-moving", &[("network", &there)]))
}

/// For how long yet a line that follows a change of network is said to be moving.
pub fn still_moving(line: &Line, here: Here) -> Option<Duration> {
    let round = line.under_way.as_ref()?;
    let is_moving = line.state == LineState::Registering && round.cause == Cause::NetworkChanged;
    let left = MOVING.checked_sub(here.now.since(round.since))?;
    (is_moving && !left.is_zero()).then_some(left)
}

fn registered(line: &Line, network: &Network) -> String {
    let number = number(&line.aor);
    let flow = line.flows.first();
    let registrar = line
        .registrar
        .as_deref()
        .or(flow.map(|flow| flow.registrar.as_str()))
        .unwrap_or_default();
    match flow {
        Some(flow) => text(
            "second-registered_via",
            &[
                ("number", number),
                ("registrar", registrar),
                ("network", &name_of(&flow.interface, network)),
            ],
        ),
        None => text(
            "second-registered",
            &[("number", number), ("registrar", registrar)],
        ),
    }
}

fn retrying(line: &Line) -> String {
    let why = line.error.as_ref().map(|error| error.message.as_str());
    text("second-retrying", &[("why", why.unwrap_or_default())])
}

fn is_elsewhere(line: &Line) -> bool {
    let error = line.error.as_ref();
    error.is_some_and(|error| error.code == Code::RegisteredElsewhere)
}

fn because(line: &Line, here: Here) -> String {
    let Some(error) = &line.error else {
        return String::new();
    };
    let now = here.now;
    let since = error.params.get("at").map(|at| Timestamp::parse(at));
    if let Some(Ok(since)) = since {
        let values = [("why", error.message.as_str()), ("at", &here.moment(since))];
        return text("second-since", &values);
    }
    match line.retry_at {
        // A long wait that the person can end: it must not look like a countdown to sit out.
        Some(at) if at > now && error.code == Code::RegistrarStoppedAnswering => {
            let minutes = ((at.since(now).as_secs() + 30) / 60).max(1).to_string();
            let values = [("why", error.message.as_str()), ("count", &minutes)];
            text("second-stopped", &values)
        }
        Some(at) if at > now => text(
            "second-retry",
            &[("why", &error.message), ("wait", &countdown(at.since(now)))],
        ),
        Some(_) | None => error.message.clone(),
    }
}

fn name_of(interface: &str, network: &Network) -> String {
    let mut interfaces = network.interfaces.iter();
    let known = interfaces.find(|known| known.name == interface);
    known.map_or_else(
        || interface.to_owned(),
        |known| network_name(interface, known.kind).to_owned(),
    )
}

/// What people call a network: its kind where that has a name, else the interface's own.
pub fn network_name(interface: &str, kind: InterfaceKind) -> &str {
    match kind {
        InterfaceKind::Wifi => "Wi-Fi",
        InterfaceKind::Mobile => "mobile",
        InterfaceKind::Vpn => "VPN",
        InterfaceKind::Ethernet | InterfaceKind::Loopback | InterfaceKind::Other => interface,
    }
}

/// An AOR as people know it: without scheme and parameters.
pub fn number(aor: &str) -> &str {
    let bare = aor.split_once(':').map_or(aor, |(_, rest)| rest);
    bare.split([';', '?']).next().unwrap_or(bare)
}

/// "< 1 ms", "41 ms", "1.2 s", "12 s", "5 min", "3 h".
pub fn duration(length: Duration) -> String {
    // Each unit ends where rounding would show the next one's first number.
    let ms = length.as_millis();
    match ms {
        0 => "< 1 ms".to_owned(),
        1..1000 => format!("{ms} ms"),
        1000..9950 => {
            let tenths = (ms + 50) / 100;
            format!("{}.{} s", tenths / 10, tenths % 10)
        }
        9950..119_500 => format!("{} s", (ms + 500) / 1000),
        119_500..7_170_000 => format!("{} min", (ms + 30_000) / 60_000),
        _ => format!("{} h", (ms + 1_800_000) / 3_600_000),
    }
}

#[cfg(test)]
mod tests;
