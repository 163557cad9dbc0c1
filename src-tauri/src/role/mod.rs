//! One tray and one window on a state directory: whoever comes second asks the first to show itself, and is done.
//!
//! What is said between them are frames as on the control socket: one [`Ask`], then an [`Answer`]; to [`Ask::Watch`] one whenever it changes,
//! until the tray goes.

use bellhop_control::window::{IconState, Supervised};
use serde::{Deserialize, Serialize};

mod asking;
mod claim;
mod serving;

pub(crate) use asking::{ask, watch};
pub(crate) use bellhop_control::role::Role;
pub(crate) use claim::{Claim, Held, claim};

/// What is asked of the process that has a role.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "ask", rename_all = "snake_case")]
pub(crate) enum Ask {
    /// Come to the front. The tray opens the window.
    Show {
        /// With the form for a new line.
        add_line: bool,
    },
    /// The same with the phones at home.
    ShowDevices,
    /// Quit. Asked of the tray by a person in the window, and of the window by a tray that quits.
    Close,
    /// Start the engine without waiting for the time of the next attempt. Asked of the tray by a person in the window.
    StartEngine,
    /// Tell how it stands, now and whenever that changes. Asked of the tray by the window; whoever has a role answers it by itself.
    Watch,
}

/// What is answered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "answer", rename_all = "snake_case")]
pub(crate) enum Answer {
    /// It will be so.
    Done,
    /// How it stands.
    Standing(Standing),
}

/// How the tray stands.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Standing {
    /// Whether this desktop shows the icon.
    pub(crate) icon: IconState,
    /// How it has the engine.
    pub(crate) engine: Supervised,
    /// With it goes a line that is wanted.
    pub(crate) quit_costs: bool,
}
