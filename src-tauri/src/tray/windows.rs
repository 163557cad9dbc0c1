//! The window, which is a process of its own: started, and told to go.

use std::path::{Path, PathBuf};
use std::time::Duration;

use tokio::process::Command;
use tokio::time::timeout;

use crate::begin::Begin;
use crate::output;
use crate::program;
use crate::role::{Ask, Role, ask};

/// A window that hangs does not keep Bellhop from quitting.
const PATIENCE: Duration = Duration::from_secs(1);

/// See the module.
#[derive(Clone, Debug)]
pub(super) struct Windows {
    state_dir: PathBuf,
}

impl Windows {
    pub(super) fn new(state_dir: &Path) -> Windows {
        Windows {
            state_dir: state_dir.to_owned(),
        }
    }

    /// Opens it; one that is open comes to the front instead, for the new process sees to that.
    pub(super) fn open(&self, begin: Option<Begin>) {
        let Ok(own) = program::own() else {
            return;
        };
        let mut command = Command::new(own);
        command
            .arg("--window")
            .arg("--state-dir")
            .arg(&self.state_dir);
        command.args(begin.map(Begin::word));
        match command.spawn() {
            // Somebody has to hear of its end.
            Ok(mut window) => drop(tokio::spawn(async move { window.wait().await })),
            Err(error) => output::say(&error.to_string()),
        }
    }

    /// Closes it, if there is one.
    pub(super) async fn close(&self) {
        let _ = timeout(PATIENCE, ask(Role::Window, &self.state_dir, &Ask::Close)).await;
    }
}
