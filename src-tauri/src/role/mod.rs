//! One tray and one window on a state directory: whoever comes second asks the first to show itself.

use std::path::Path;

/// What one process at a time can be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    /// The tray.
    Tray,
    /// The window.
    Window,
}

/// What is asked of the process that has a role.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Ask {
    /// Come to the front.
    Show {
        /// With the form for a new line.
        add_line: bool,
    },
    /// Bellhop is quitting: go too.
    Close,
}

/// How a claim ended.
#[derive(Debug)]
pub(crate) enum Claim {
    /// The role is ours.
    Held(Held),
    /// Another process has it, and did what was asked.
    Asked,
}

/// A role, held until this is dropped.
#[derive(Debug)]
pub(crate) struct Held {
    _private: (),
}

/// Takes `role`, or asks whoever has it.
///
/// # Errors
/// A sentence, if neither works.
pub(crate) fn claim(_role: Role, _state_dir: &Path, _ask: &Ask) -> Result<Claim, String> {
    Ok(Claim::Held(Held { _private: () }))
}
