//! The window: a process of its own, which ends when the window closes.

use crate::Start;

/// Runs until the window closes.
///
/// # Errors
/// A sentence, if it can't be opened.
pub(crate) fn run(start: Start, _add_line: bool) -> Result<(), String> {
    let _held = start.held;
    tauri::Builder::default()
        .run(crate::context())
        .map_err(|error| error.to_string())
}
