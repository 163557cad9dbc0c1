//! Whether Bellhop starts with the session.
//!
//! Two things are kept apart: what the person answered (a file in the state directory, so that nobody is asked twice), and what the desktop will do (its list of what
//! starts at login). Somebody who takes Bellhop off that list by hand has answered too.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use bellhop_control::error::{Code, Error};
use bellhop_control::window::StartAtLogin;

use crate::program;

#[cfg_attr(target_os = "linux", path = "xdg.rs")]
#[cfg_attr(not(target_os = "linux"), path = "registered.rs")]
mod list;

use list::List;

/// Holds the answer, inside the state directory.
const ANSWER: &str = "start-at-login";
/// What is started then, besides what names the instance.
const AT_LOGIN: &str = "--at-login";

/// Start at login of the instance on one state directory.
#[derive(Clone, Debug)]
pub(crate) struct Login {
    answer: PathBuf,
    words: Option<Vec<String>>,
    list: Option<List>,
}

impl Login {
    /// Of the tray that runs there, with that config.
    pub(crate) fn of(state_dir: &Path, config: Option<&Path>) -> Login {
        Login {
            answer: state_dir.join(ANSWER),
            words: words(state_dir, config),
            list: List::of_this_account(),
        }
    }

    /// How it is.
    pub(crate) fn state(&self) -> StartAtLogin {
        let Some(list) = &self.list else {
            return StartAtLogin::Unavailable;
        };
        let answer = fs::read_to_string(&self.answer).unwrap_or_default();
        match (answer.trim(), list.starts_it()) {
            ("off", _) | ("on", false) => StartAtLogin::Off,
            (_, true) => StartAtLogin::On,
            (_, false) => StartAtLogin::NotAsked,
        }
    }

    /// Makes it so, and remembers that somebody answered.
    ///
    /// # Errors
    /// [`Code::ConfigUnwritable`]: the desktop's list, or where the answer is kept.
    pub(crate) fn set(&self, on: bool) -> Result<(), Error> {
        self.write(on).map_err(|(path, error)| {
            let values = [("path", path), ("why", error.to_string())];
            Error::new(Code::ConfigUnwritable, values)
        })
    }

    fn write(&self, on: bool) -> Result<(), (String, io::Error)> {
        let unsupported = || ("autostart".to_owned(), io::ErrorKind::Unsupported.into());
        let list = self.list.as_ref().ok_or_else(unsupported)?;
        let changed = if on {
            list.add(self.words.as_ref().ok_or_else(unsupported)?)
        } else {
            list.remove()
        };
        changed.map_err(|error| (list.to_string(), error))?;
        fs::write(&self.answer, if on { "on\n" } else { "off\n" })
            .map_err(|error| (self.answer.display().to_string(), error))
    }
}

/// The command: this program, and the instance where it is not the default one. None if a word of it can't be written down.
fn words(state_dir: &Path, config: Option<&Path>) -> Option<Vec<String>> {
    let mut words = vec![own_program()?, AT_LOGIN.to_owned()];
    let default = bellhop_control::places::default_state_dir();
    if default.is_ok_and(|default| default != state_dir) {
        words.extend(["--state-dir".to_owned(), absolute(state_dir)?]);
    }
    if let Some(config) = config {
        words.extend(["--config".to_owned(), absolute(config)?]);
    }
    Some(words)
}

fn own_program() -> Option<String> {
    // An AppImage is mounted elsewhere each time; the file itself is told here.
    let image = std::env::var_os("APPIMAGE").map(PathBuf::from);
    let image = image.filter(|image| image.is_absolute() && image.is_file());
    let program = match image {
        Some(image) => image,
        None => program::own().ok()?,
    };
    program.to_str().map(str::to_owned)
}

fn absolute(path: &Path) -> Option<String> {
    let path = std::path::absolute(path).ok()?;
    path.to_str().map(str::to_owned)
}

#[cfg(test)]
#[cfg(target_os = "linux")]
mod tests;
