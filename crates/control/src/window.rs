//! What the window shows and what it may ask: the words are made here, so that the page draws and decides nothing.
//!
//! A [`View`] is a pure function of a snapshot, the engine's state and the clock. How long it says the same, unless one of them changes, [`stays`] tells.

use serde::{Deserialize, Serialize};

use crate::error::{Action, Error};
use crate::face::{Here, Reach};
use crate::protocol::Request;
use crate::snapshot::Snapshot;
use crate::timestamp::Timestamp;

mod granted;
mod handout;
mod home;
mod line;
mod no_engine;
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
pub use turn::{next_change, stays};

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
    /// Start the engine without waiting for the time of the next attempt.
    StartEngine,
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
    /// What is shown where there are no lines to show, because no engine is heard.
    pub no_engine: Option<NoEngine>,
    /// The newest that the engine said; none before its first. While the engine is gone there are no lines to show: what it knew is not known.
    pub snapshot: Option<Snapshot>,
    /// In the order of the config.
    pub lines: Vec<LineView>,
    /// The phones at home; none without a snapshot.
    pub home: Option<HomeView>,
    /// Whether Bellhop starts with the session.
    pub login: StartAtLogin,
    /// Whether this desktop shows Bellhop's icon.
    pub icon: IconState,
    /// With Bellhop goes a line that is wanted: who quits is asked whether it shall.
    pub quit_costs: bool,
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

/// How the engine is, as the tray has it, which starts it and brings it back.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum Supervised {
    /// It runs, or is being started; or there is no tray to tell.
    #[default]
    Kept,
    /// It runs, and is too new for this program.
    Newer,
    /// It ended, or can't be started.
    Stopped {
        /// What it said, or what is in the way.
        why: Option<String>,
        /// When the next attempt is due; none while one is made.
        again_at: Option<Timestamp>,
    },
}

/// Why no engine is heard.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct NoEngine {
    /// What is so.
    pub headline: String,
    /// What Bellhop does about it.
    pub second: Option<String>,
    /// What is in the way.
    pub why: Option<String>,
    /// For the colour that comes on top.
    pub reach: Reach,
    /// It can be started at once instead of at the next attempt.
    pub can_start: bool,
    /// It runs, and is too new for this window: only opening Bellhop anew helps.
    pub is_newer: bool,
    /// What IT wants to know, to be copied.
    pub report: Option<String>,
}

/// Whether the desktop shows Bellhop's icon, and what is missing if it does not.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub enum IconState {
    /// It does.
    Shown,
    /// This desktop has no place for icons.
    #[default]
    NoPlace,
    /// The library that shows icons is not installed.
    NoLibrary,
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
    /// How the engine is, as the window sees it.
    pub engine: EngineState,
    /// How it is, as the tray has it.
    pub supervised: Supervised,
    /// The newest that it said.
    pub snapshot: Option<Snapshot>,
    /// Whether Bellhop starts with the session.
    pub login: StartAtLogin,
    /// Whether this desktop shows Bellhop's icon.
    pub icon: IconState,
    /// With Bellhop goes a line that is wanted.
    pub quit_costs: bool,
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
            no_engine: no_engine::of(known, here),
            lines: lines.collect(),
            home: snapshot.as_ref().map(|it| HomeView::of(&it.home, here)),
            login: known.login,
            icon: known.icon,
            quit_costs: known.quit_costs,
            snapshot,
        }
    }
}

#[cfg(test)]
mod tests;
