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
        DesktopRequest::StartEngine => tray(state_dir, &Ask::StartEngine).await?,
        // It closes this window with all else.
        DesktopRequest::Quit => tray(state_dir, &Ask::Close).await?,
    }
    Ok(login.state())
}

/// The tray does it.
async fn tray(state_dir: &Path, what: &Ask) -> Result<(), Error> {
    let asked = timeout(PROMPT, ask(Role::Tray, state_dir, what)).await;
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
    async fn to_quit_and_to_start_the_engine_is_asked_of_the_tray() {
        let state = tempfile::tempdir().unwrap();
        let login = Login::of(state.path(), None);
        let asked = async |what| carry_out(&what, &login, state.path()).await;
        asked(DesktopRequest::Quit).await.unwrap_err();

        let show = Ask::Show { add_line: false };
        let Claim::Held(tray) = claim(Role::Tray, state.path(), &show).await.unwrap() else {
            panic!("somebody has it");
        };
        let (_standing, standing) = tokio::sync::watch::channel(Standing::default());
        let (heard, mut hears) = tokio::sync::mpsc::unbounded_channel();
        let _serving = tray.serve(standing, move |ask| heard.send(ask).unwrap());
        asked(DesktopRequest::StartEngine).await.unwrap();
        assert_eq!(hears.recv().await, Some(Ask::StartEngine));
        asked(DesktopRequest::Quit).await.unwrap();
        assert_eq!(hears.recv().await, Some(Ask::Close));
    }
}
