//! What the window shows and what it may ask: the words are made here, so that the page draws and decides nothing.
//!
//! A [`View`] is a pure function of a snapshot, the engine's state and the clock. It says the same until [`next_change`], unless one of them changes.

use serde::{Deserialize, Serialize};

use crate::error::{Action, Error};
use crate::face::{Here, Reach};
use crate::protocol::Request;
use crate::snapshot::Snapshot;

mod granted;
mod handout;
mod home;
mod line;
mod path;
mod report;
mod shown;
mod turn;

pub use granted::Granted;
pub use handout::{
    DeviceReply, DeviceRequest, Handout, PhoneField, PhoneSettings, QrCode, WindowReply,
};
pub use home::{ContactView, DeviceView, HomeView};
pub use line::last;
pub use turn::next_change;

/// What the page asks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "to", rename_all = "snake_case")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub enum WindowRequest {
    /// Of the engine, through its control socket.
    Engine {
        /// What.
        request: Box<Request>,
    },
    /// Of this desktop.
    Desktop {
        /// What.
        request: DesktopRequest,
    },
    /// About a phone at home.
    Device {
        /// What.
        request: DeviceRequest,
    },
}

/// What can be asked of the desktop. The answer is `Done` or `Refused`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "ask", rename_all = "snake_case")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub enum DesktopRequest {
    /// Whether Bellhop starts with the session.
    StartAtLogin {
        /// It does.
        on: bool,
    },
    /// Quit Bellhop: tray, window, and the engine that the tray started. For desktops that show no menu to do that in.
    Quit,
}

/// What the page hears.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub enum WindowEvent {
    /// All there is to show. The first event, and again whenever it changes.
    View {
        /// The newest.
        view: Box<View>,
    },
    /// Something happened.
    Notice {
        /// Id of the line.
        line: String,
        /// In one sentence.
        sentence: String,
    },
    /// The form for a new line is wanted.
    AddLine,
    /// The phones at home are wanted.
    Devices,
}

/// All there is to show.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct View {
    /// Whether the rest is true at this moment.
    pub engine: EngineState,
    /// The newest that the engine said; none before its first. While the engine is gone there are no lines to show: what it knew is not known.
    pub snapshot: Option<Snapshot>,
    /// In the order of the config.
    pub lines: Vec<LineView>,
    /// The phones at home; none without a snapshot.
    pub home: Option<HomeView>,
    /// Whether Bellhop starts with the session.
    pub login: StartAtLogin,
    /// This desktop shows Bellhop's icon.
    pub tray: bool,
}

/// How the engine is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub enum EngineState {
    /// Connected to it.
    Running {
        /// Its version.
        version: String,
    },
    /// Not there yet.
    Starting,
    /// Not there, and it should be.
    Stopped {
        /// What came in between.
        error: Error,
    },
}

/// Whether Bellhop starts with the session.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub enum StartAtLogin {
    /// It does.
    On,
    /// It does not, as wanted.
    Off,
    /// Nobody was asked.
    NotAsked,
    /// That can't be arranged here.
    Unavailable,
}

/// A line in words.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct LineView {
    /// Of the config.
    pub id: String,
    /// The AOR as people know it.
    pub number: String,
    /// Can people call me?
    pub headline: String,
    /// Why, or where; may be empty.
    pub second: String,
    /// For the colour that comes on top.
    pub reach: Reach,
    /// The one thing to do.
    pub action: Action,
    /// From phone to registrar.
    pub path: Vec<Station>,
    /// When the binding is refreshed.
    pub refresh: Option<Refresh>,
    /// The last time that the registrar stored a new binding.
    pub last: Option<String>,
    /// Where else the number rings.
    pub others: Vec<OtherPlace>,
    /// What IT wants to know, to be copied.
    pub report: String,
}

/// One of the places that a call passes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Station {
    /// What it is.
    pub kind: StationKind,
    /// For people.
    pub name: String,
    /// For IT: addresses.
    pub detail: Option<String>,
    /// How it is.
    pub state: StationState,
    /// Why it is broken.
    pub why: Option<String>,
}

/// What a station is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub enum StationKind {
    /// What rings.
    Phone,
    /// This machine.
    Laptop,
    /// What is between.
    Internet,
    /// The company's.
    Registrar,
}

/// How a station is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub enum StationState {
    /// It did its part.
    Good,
    /// Nothing is known.
    Unknown,
    /// Here it ends.
    Broken,
}

/// When the binding is refreshed; while it is being refreshed, how long the registrar holds it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Refresh {
    /// In words.
    pub text: String,
    /// What is left of the time to the refresh, 0 to 1.
    pub share: f64,
}

/// Another binding of the number.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct OtherPlace {
    /// The Contact URI.
    pub contact: String,
    /// How long.
    pub until: String,
}

/// What a view is made of, besides the clock.
#[derive(Clone, Debug)]
pub struct Known {
    /// How the engine is.
    pub engine: EngineState,
    /// The newest that it said.
    pub snapshot: Option<Snapshot>,
    /// Whether Bellhop starts with the session.
    pub login: StartAtLogin,
    /// This desktop shows Bellhop's icon.
    pub tray: bool,
}

impl View {
    /// What is shown of `known` at that moment.
    pub fn of(known: &Known, granted: &Granted, here: Here) -> View {
        let snapshot = known.snapshot.as_ref().map(shown::plain);
        let lines = snapshot.iter().flat_map(|snapshot| {
            let lines = snapshot.lines.iter();
            lines.map(|line| LineView::of(line, snapshot, granted, here))
        });
        View {
            engine: known.engine.clone(),
            lines: lines.collect(),
            home: snapshot.as_ref().map(|it| HomeView::of(&it.home, here)),
            login: known.login,
            tray: known.tray,
            snapshot,
        }
    }
}

#[cfg(test)]
mod tests;
