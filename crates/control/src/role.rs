//! What a process can be on a state directory, one of each at a time.

use std::path::{Path, PathBuf};

/// A role: its lock says that it is taken, its socket is where whoever has it is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Role {
    /// Keeps the lines registered.
    Engine,
    /// The icon and its menu.
    Tray,
    /// The window.
    Window,
}

impl Role {
    /// All of them.
    pub const ALL: [Role; 3] = [Role::Engine, Role::Tray, Role::Window];

    /// The lock inside `directory`.
    pub fn lock(self, directory: &Path) -> PathBuf {
        directory.join(match self {
            Role::Engine => "engine.lock",
            Role::Tray => "tray.lock",
            Role::Window => "window.lock",
        })
    }

    /// The socket inside `directory`.
    pub fn socket(self, directory: &Path) -> PathBuf {
        directory.join(match self {
            Role::Engine => "control.sock",
            Role::Tray => "tray.sock",
            Role::Window => "window.sock",
        })
    }
}
