//! Where processes of one account meet on a machine: a Unix socket in the state directory, on Windows a named pipe.

use std::io;

#[cfg_attr(unix, path = "local/unix.rs")]
#[cfg_attr(windows, path = "local/windows.rs")]
mod system;

pub use system::{Listener, Stream, connect};

/// Why whoever has a role was not reached.
#[derive(Debug, thiserror::Error)]
pub enum Unreachable {
    /// Nobody listens: nobody has the role, or not yet, or what is there was left by one who was killed.
    #[error("nobody listens")]
    Absent,
    /// What listens belongs to another account.
    #[error("it belongs to another user")]
    Foreign,
    /// Anything else.
    #[error(transparent)]
    Io(io::Error),
}
