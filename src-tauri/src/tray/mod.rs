//! The tray: an icon and a menu, without a web view.

use crate::Start;

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
