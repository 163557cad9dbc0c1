//! Watches the tray, and starts one where none runs: without it nobody brings an engine back.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use tokio::sync::mpsc;
use tokio::time::{sleep, timeout};

use super::hub::Input;
use crate::role;

/// A tray that runs answers at once.
const PROMPT: Duration = Duration::from_secs(5);
/// Between two looks at one that is starting.
const PAUSE: Duration = Duration::from_millis(200);
/// Looks before it is started once more: it may be slow on a busy machine, and a second one would only ask the first to show itself.
const LOOKS: u32 = 50;
/// One that ends again and again is started no more often than this.
const AGAIN: Duration = Duration::from_secs(10);

/// Tells the hub whether the icon is shown, until the hub has gone.
pub(super) async fn follow(state_dir: PathBuf, config: Option<PathBuf>, hub: mpsc::Sender<Input>) {
    let mut started: Option<Child> = None;
    let mut looks = 0;
    loop {
        if watched(&state_dir, &hub).await {
            looks = 0;
        }
        if hub.is_closed() {
            return;
        }
        // A tray that is quit has the window closed as well: that arrives within this.
        sleep(PAUSE).await;
        // What has ended is waited for, or it would stay in the table of processes.
        let ended = started
            .as_mut()
            .is_none_or(|child| !matches!(child.try_wait(), Ok(None)));
        if looks == 0 || (ended && looks % LOOKS == 0) {
            if looks > 0 {
                sleep(AGAIN).await;
            }
            started = start(&state_dir, config.as_deref()).ok();
        }
        looks += 1;
    }
}

/// True if there was a tray, which has gone.
async fn watched(state_dir: &Path, hub: &mpsc::Sender<Input>) -> bool {
    let Ok(Ok(mut tray)) = timeout(PROMPT, role::watch(state_dir)).await else {
        return false;
    };
    let mut seen = false;
    while let Ok(standing) = tray.next().await {
        seen = true;
        if hub.send(Input::Icon(standing.icon)).await.is_err() {
            break;
        }
    }
    seen
}

/// On its own: it outlives the window, and has no part in the window's terminal.
fn start(state_dir: &Path, config: Option<&Path>) -> std::io::Result<Child> {
    let mut tray = Command::new(std::env::current_exe()?);
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
