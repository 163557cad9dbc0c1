//! The system's list: launch agents of macOS, the Run key of Windows.

use std::fmt;
use std::io;

use auto_launch::{AutoLaunch, AutoLaunchBuilder, WindowsEnableMode};

const NAME: &str = "Bellhop";

/// The entry of this account.
#[derive(Clone, Debug)]
pub(crate) struct List;

impl List {
    /// Every account has one.
    pub(crate) fn of_this_account() -> Option<List> {
        Some(List)
    }

    /// Whether the system will start it.
    pub(crate) fn starts_it(&self) -> bool {
        entry(&[]).is_ok_and(|entry| entry.is_enabled().unwrap_or(false))
    }

    /// Puts it there.
    ///
    /// # Errors
    /// The system refuses.
    pub(crate) fn add(&self, words: &[String]) -> io::Result<()> {
        entry(words)?.enable().map_err(io::Error::other)
    }

    /// Takes it away.
    ///
    /// # Errors
    /// The system refuses.
    pub(crate) fn remove(&self) -> io::Result<()> {
        let entry = entry(&[])?;
        if entry.is_enabled().map_err(io::Error::other)? {
            entry.disable().map_err(io::Error::other)
        } else {
            Ok(())
        }
    }
}

/// For people.
impl fmt::Display for List {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("autostart")
    }
}

fn entry(words: &[String]) -> io::Result<AutoLaunch> {
    let own = std::env::current_exe()?;
    let own = own.to_string_lossy();
    let (program, arguments) = match words.split_first() {
        Some((program, arguments)) => (program.as_str(), arguments),
        None => (own.as_ref(), words),
    };
    AutoLaunchBuilder::new()
        .set_app_name(NAME)
        .set_app_path(program)
        .set_args(arguments)
        // For everybody is not ours to decide.
        .set_windows_enable_mode(WindowsEnableMode::CurrentUser)
        .build()
        .map_err(io::Error::other)
}
