//! Taking a role, or asking whoever has it.

use std::path::Path;
use std::time::Duration;

use bellhop_control::catalogue::text;
use bellhop_control::error::Code;
use bellhop_control::local::Listener;
use bellhop_control::role::Role;
use bellhop_control::state_dir::StateDir;
use tokio::time::{Instant, sleep};

use super::{Ask, ask};

/// The first may be starting on a busy machine, or ending; after that it hangs.
const PATIENCE: Duration = Duration::from_secs(15);
/// Between two looks at one that is starting or ending.
const PAUSE: Duration = Duration::from_millis(50);

/// How a claim ended.
#[derive(Debug)]
pub(crate) enum Claim {
    /// The role is ours.
    Held(Box<Held>),
    /// Another process has it, and took what was asked.
    Asked,
}

/// A role, until this is dropped: the socket goes before the lock, or it would be the next one's that is removed.
#[derive(Debug)]
pub(crate) struct Held {
    /// None where no socket can be: then nobody can ask.
    pub(super) listener: Option<Listener>,
    _directory: StateDir,
}

/// Takes `role`, or hands `ask` to whoever has it. Whoever comes second is heard from the first moment: the socket is open when this returns.
///
/// # Errors
/// A sentence: the state directory can't be used, or whoever has the role does not answer.
pub(crate) async fn claim(role: Role, state_dir: &Path, what: &Ask) -> Result<Claim, String> {
    claim_within(PATIENCE, role, state_dir, what).await
}

async fn claim_within(
    patience: Duration,
    role: Role,
    state_dir: &Path,
    what: &Ask,
) -> Result<Claim, String> {
    let deadline = Instant::now() + patience;
    loop {
        match StateDir::open(state_dir, role) {
            Ok(directory) => return Ok(Claim::Held(Box::new(Held::new(directory, role)))),
            Err(error) if error.code == Code::StateDirInUse => {}
            Err(error) => return Err(error.message),
        }
        let left = deadline.saturating_duration_since(Instant::now());
        match tokio::time::timeout(left, ask(role, state_dir, what)).await {
            Ok(Ok(())) => return Ok(Claim::Asked),
            Ok(Err(_)) if Instant::now() < deadline => sleep(PAUSE).await,
            Ok(Err(_)) | Err(_) => return Err(silent(role)),
        }
    }
}

fn silent(role: Role) -> String {
    match role {
        Role::Window => text("start-window_silent", &[]),
        Role::Tray | Role::Engine => text("start-tray_silent", &[]),
    }
}

impl Held {
    fn new(directory: StateDir, role: Role) -> Held {
        let open = |home: &Path| Listener::open(home, role).ok();
        let listener = directory
            .home()
            .and_then(open)
            .or_else(|| directory.second_home().and_then(|home| open(&home)));
        Held {
            listener,
            _directory: directory,
        }
    }
}

#[cfg(test)]
mod tests;
