//! What the page asks of the desktop.

use std::path::Path;
use std::time::Duration;

use bellhop_control::catalogue::text;
use bellhop_control::error::{Code, Error};
use bellhop_control::role::Role;
use bellhop_control::window::{DesktopRequest, StartAtLogin};
use tokio::time::timeout;

use crate::login::Login;
use crate::role::{Ask, ask};

/// A tray that runs answers at once.
const PROMPT: Duration = Duration::from_secs(5);

/// Does it, and says how start at login stands after that.
///
/// # Errors
/// In a sentence, why it can't be done here.
pub(super) async fn carry_out(
    request: &DesktopRequest,
    login: &Login,
    state_dir: &Path,
) -> Result<StartAtLogin, Error> {
    match request {
        DesktopRequest::StartAtLogin { on } => login.set(*on)?,
        DesktopRequest::Quit => quit(state_dir).await?,
    }
    Ok(login.state())
}

/// The tray quits, and closes this window with all else.
async fn quit(state_dir: &Path) -> Result<(), Error> {
    let asked = timeout(PROMPT, ask(Role::Tray, state_dir, &Ask::Close)).await;
    if matches!(asked, Ok(Ok(()))) {
        return Ok(());
    }
    let why = text("start-tray_silent", &[]);
    Err(Error::new(Code::Internal, [("why", why)]))
}

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use super::*;
    use crate::role::{Claim, Standing, claim};

    #[tokio::test]
    async fn to_quit_is_asked_of_the_tray() {
        let state = tempfile::tempdir().unwrap();
        let login = Login::of(state.path(), None);
        let quit = || carry_out(&DesktopRequest::Quit, &login, state.path());
        quit().await.unwrap_err();

        let show = Ask::Show { add_line: false };
        let Claim::Held(tray) = claim(Role::Tray, state.path(), &show).await.unwrap() else {
            panic!("somebody has it");
        };
        let (_standing, standing) = tokio::sync::watch::channel(Standing::default());
        let (heard, mut hears) = tokio::sync::mpsc::unbounded_channel();
        let _serving = tray.serve(standing, move |ask| heard.send(ask).unwrap());
        quit().await.unwrap();
        assert_eq!(hears.recv().await, Some(Ask::Close));
    }
}
