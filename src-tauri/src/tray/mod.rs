//! The tray: an icon and a menu, without a web view.

use crate::Start;

#[cfg(test)]
mod edits;
#[cfg(test)]
mod label;
#[cfg(test)]
mod left;
#[cfg(test)]
mod line;
#[cfg(test)]
mod menu;
#[cfg(test)]
mod tree;

/// Runs until Bellhop is quit.
///
/// # Errors
/// A sentence, if it can't run.
pub(crate) fn run(start: Start, _at_login: bool) -> Result<(), String> {
    let _held = start.held;
    tauri::Builder::default()
        .run(crate::context())
        .map_err(|error| error.to_string())
}
