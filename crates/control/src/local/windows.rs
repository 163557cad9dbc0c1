//! A named pipe. Its default descriptor lets only the owner, administrators and the system write, and nobody can speak without writing.

use std::io;
use std::path::Path;
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::windows::named_pipe::{ClientOptions, NamedPipeServer, ServerOptions};
use tokio::time::sleep;

use super::Unreachable;
use crate::places;
use crate::role::Role;

/// ERROR_PIPE_BUSY: every instance of the pipe has its client; the next is made at once.
const PIPE_BUSY: i32 = 231;

/// A connection, as whoever listens has it.
pub type Stream = NamedPipeServer;

/// The pipe of a role. It goes with this value.
#[derive(Debug)]
pub struct Listener {
    name: String,
    /// The instance that waits for the next connection.
    waiting: NamedPipeServer,
}

impl Listener {
    /// Being the first instance is part of the claim: a pipe that somebody else made under this name is refused.
    ///
    /// # Errors
    /// It can't be opened.
    pub fn open(directory: &Path, role: Role) -> io::Result<Listener> {
        let name = name(directory, role);
        let waiting = ServerOptions::new()
            .first_pipe_instance(true)
            .reject_remote_clients(true)
            .create(&name)?;
        Ok(Listener { name, waiting })
    }

    /// The next connection.
    ///
    /// # Errors
    /// The system has none to give; it may have one later.
    pub async fn accept(&mut self) -> io::Result<Option<Stream>> {
        self.waiting.connect().await?;
        let next = ServerOptions::new()
            .reject_remote_clients(true)
            .create(&self.name)?;
        Ok(Some(std::mem::replace(&mut self.waiting, next)))
    }
}

/// Connects to whoever has `role` on `state_dir`. The caller limits the time.
///
/// # Errors
/// See [`Unreachable`].
pub async fn connect(
    state_dir: &Path,
    role: Role,
) -> Result<impl AsyncRead + AsyncWrite + Send + Unpin + use<>, Unreachable> {
    let name = name(state_dir, role);
    loop {
        match ClientOptions::new().open(&name) {
            Ok(pipe) => return Ok(pipe),
            Err(error) if error.raw_os_error() == Some(PIPE_BUSY) => {
                sleep(Duration::from_millis(20)).await;
            }
            Err(_) => return Err(Unreachable::Absent),
        }
    }
}

/// The account's name stands in for its SID, which is not to be had without unsafe code; access is decided by the pipe's owner-only
/// descriptor, not by its name.
fn name(state_dir: &Path, role: Role) -> String {
    let account = std::env::var("USERNAME").unwrap_or_default();
    places::pipe_name(&account, state_dir, role)
}
