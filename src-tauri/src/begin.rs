//! What the window begins with, where that is not the line.

use bellhop_control::window::WindowEvent;

use crate::role::Ask;

/// A page that somebody asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Begin {
    /// The form for a new line.
    AddLine,
    /// The phones at home.
    Devices,
}

impl Begin {
    /// On the command line of a window.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Begin::AddLine => "--add-line",
            Begin::Devices => "--devices",
        }
    }

    /// Asked of a window or tray that is there.
    pub(crate) fn ask(self) -> Ask {
        match self {
            Begin::AddLine => Ask::Show { add_line: true },
            Begin::Devices => Ask::ShowDevices,
        }
    }

    /// Told to the page.
    pub(crate) fn event(self) -> WindowEvent {
        match self {
            Begin::AddLine => WindowEvent::AddLine,
            Begin::Devices => WindowEvent::Devices,
        }
    }
}
