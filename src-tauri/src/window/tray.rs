//! Watches the tray, and starts one where none runs: without it nobody brings an engine back.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use bellhop_control::window::IconState;
use tokio::sync::mpsc;
use tokio::time::{Instant, sleep, timeout, timeout_at};

use super::hub::Input;
use crate::role;

/// A tray that runs answers at once.
const PROMPT: Duration = Duration::from_secs(5);
/// For an icon to be shown.
const GRACE: Duration = Duration::from_secs(2);
/// Between two looks. A tray that is quit has the window closed as well: that arrives within this.
const PAUSE: Duration = Duration::from_millis(200);
/// A tray is not started more often than this: it may be slow on a busy machine, and one that ends at once does so again.
const AGAIN: Duration = Duration::from_secs(10);

/// Tells the hub how the tray stands, and has a tray run, until the hub has gone.
pub(super) async fn follow(state_dir: PathBuf, config: Option<PathBuf>, hub: mpsc::Sender<Input>) {
    let mut started: Option<Instant> = None;
    let mut child: Option<Child> = None;
    loop {
        watch(&state_dir, &hub).await;
        if hub.send(Input::NoTray).await.is_err() {
            return;
        }
        sleep(PAUSE).await;
        // What has ended is waited for, or it would stay in the table of processes.
        let _ = child.as_mut().map(Child::try_wait);
        if started.is_none_or(|at| at.elapsed() >= AGAIN) {
            started = Some(Instant::now());
            child = start(&state_dir, config.as_deref()).ok();
        }
    }
}

/// Until there is no tray.
async fn watch(state_dir: &Path, hub: &mpsc::Sender<Input>) {
    let Ok(Ok(mut tray)) = timeout(PROMPT, role::watch(state_dir)).await else {
        return;
    };
    let mut late = Late::default();
    let Ok(mut standing) = tray.next().await else {
        return;
    };
    loop {
        let (icon, patience) = late.seen(standing.icon, Instant::now());
        let told = role::Standing {
            icon,
            ..standing.clone()
        };
        if hub.send(Input::Tray(told)).await.is_err() {
            return;
        }
        let next = match patience {
            Some(until) => timeout_at(until, tray.next()).await,
            None => Ok(tray.next().await),
        };
        match next {
            Ok(Ok(next)) => standing = next,
            Ok(Err(_)) => return,
            Err(_) => {}
        }
    }
}

/// A session that begins has its panel later than its programs: nothing is said to be missing that is about to come.
#[derive(Debug)]
struct Late {
    told: IconState,
    missing_since: Option<Instant>,
}

impl Default for Late {
    fn default() -> Late {
        Late {
            told: IconState::Shown,
            missing_since: None,
        }
    }
}

impl Late {
    /// What is told of it, and until when that is not all.
    fn seen(&mut self, icon: IconState, now: Instant) -> (IconState, Option<Instant>) {
        if icon != IconState::NoPlace {
            *self = Late {
                told: icon,
                missing_since: None,
            };
            return (icon, None);
        }
        let until = *self.missing_since.get_or_insert(now) + GRACE;
        if now >= until {
            self.told = icon;
        }
        (self.told, (self.told != icon).then_some(until))
    }
}

/// On its own: it outlives the window, and has no part in the window's terminal.
fn start(state_dir: &Path, config: Option<&Path>) -> std::io::Result<Child> {
    let mut tray = Command::new(crate::program::own()?);
    tray.arg("--at-login").arg("--state-dir").arg(state_dir);
    if let Some(config) = config {
        tray.arg("--config").arg(config);
    }
    tray.stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    #[cfg(unix)]
    std::os::unix::process::CommandExt::process_group(&mut tray, 0);
    tray.spawn()
}

#[cfg(test)]
#[cfg(unix)]
mod tests;
