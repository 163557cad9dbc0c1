//! What the page asks of the desktop.

use bellhop_control::error::Error;
use bellhop_control::window::{DesktopRequest, StartAtLogin};

use crate::login::Login;

/// Does it, and says how it stands after that.
///
/// # Errors
/// In a sentence, why it can't be done here.
pub(super) fn carry_out(login: &Login, request: &DesktopRequest) -> Result<StartAtLogin, Error> {
    match request {
        DesktopRequest::StartAtLogin { on } => login.set(*on)?,
    }
    Ok(login.state())
}
