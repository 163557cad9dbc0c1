//! The window, which is a process of its own: started, and told to go.

use std::path::Path;
use std::time::Duration;

use tokio::process::Command;
use tokio::time::timeout;

use crate::begin::Begin;
use crate::engine::Place;
use crate::output;
use crate::program;
use crate::role::{Ask, Role, ask};

/// A window that hangs does not keep Bellhop from quitting.
const PATIENCE: Duration = Duration::from_secs(1);

/// See the module.
#[derive(Clone, Debug)]
pub(super) struct Windows {
    place: Place,
}

impl Windows {
    pub(super) fn new(place: Place) -> Windows {
        Windows { place }
    }

    /// Opens it; one that is open comes to the front instead, for the new process sees to that.
    pub(super) fn open(&self, begin: Option<Begin>) {
        let Ok(own) = program::own() else {
            return;
        };
        match self.command(&own, begin).spawn() {
            // Somebody has to hear of its end.
            Ok(mut window) => drop(tokio::spawn(async move { window.wait().await })),
            Err(error) => output::say(&error.to_string()),
        }
    }

    /// What the tray was told of where it runs is told to the window as well: it may have to start a tray, or have one started at login.
    fn command(&self, own: &Path, begin: Option<Begin>) -> Command {
        let mut command = Command::new(own);
        command
            .arg("--window")
            .arg("--state-dir")
            .arg(&self.place.state_dir);
        if let Some(config) = &self.place.config {
            command.arg("--config").arg(config);
        }
        command.args(begin.map(Begin::word));
        command
    }

    /// Closes it, if there is one.
    pub(super) async fn close(&self) {
        let _ = timeout(
            PATIENCE,
            ask(Role::Window, &self.place.state_dir, &Ask::Close),
        )
        .await;
    }
}

#[cfg(test)]
mod tests {
    use clap::Parser as _;

    use super::*;
    use crate::args::Args;

    fn opened(config: Option<&str>, begin: Option<Begin>) -> Args {
        let windows = Windows::new(Place {
            state_dir: "/state".into(),
            config: config.map(Into::into),
        });
        let command = windows.command("bellhop-tray".as_ref(), begin);
        let command = command.as_std();
        let words = [command.get_program()].into_iter();
        Args::parse_from(words.chain(command.get_args()))
    }

    #[test]
    fn the_window_is_told_all_that_names_the_instance() {
        let window = opened(Some("/etc/bellhop.toml"), None);
        assert!(window.window && !window.add_line);
        assert_eq!(window.state_dir.as_deref(), Some("/state".as_ref()));
        let config = Some("/etc/bellhop.toml".as_ref());
        assert_eq!(window.config.as_deref(), config);
    }

    #[test]
    fn without_a_config_of_its_own_none_is_named() {
        let window = opened(None, Some(Begin::AddLine));
        assert!(window.add_line);
        assert_eq!(window.config, None);
    }
}
