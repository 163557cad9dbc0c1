//! A Unix socket, for this account alone: both ends look at who the other is.

use std::fs::{self, Permissions};
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use nix::unistd::Uid;
use tokio::net::{UnixListener, UnixStream};

use super::Unreachable;
use crate::places;
use crate::role::Role;

/// A connection.
pub type Stream = UnixStream;

/// The socket of a role. It goes with this value.
#[derive(Debug)]
pub struct Listener {
    listener: UnixListener,
    path: PathBuf,
}

impl Listener {
    /// Opens the socket of `role` in a directory that is 0700 and whose lock is ours: between bind and chmod nobody else gets at the socket,
    /// and whatever lies in its place is stale.
    ///
    /// # Errors
    /// It can't be opened there.
    pub fn open(directory: &Path, role: Role) -> io::Result<Listener> {
        let path = role.socket(directory);
        match fs::remove_file(&path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        let listener = UnixListener::bind(&path)?;
        fs::set_permissions(&path, Permissions::from_mode(0o600))?;
        Ok(Listener { listener, path })
    }

    /// The next connection of this account; none if it is another's, closed without a word. Cancel-safe.
    ///
    /// # Errors
    /// The system has none to give; it may have one later.
    pub async fn accept(&mut self) -> io::Result<Option<Stream>> {
        let (stream, _) = self.listener.accept().await?;
        Ok(is_ours(&stream)?.then_some(stream))
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.path);
    }
}

/// Connects to whoever has `role` on `state_dir`, or outside it if that can't be written.
///
/// # Errors
/// See [`Unreachable`].
pub async fn connect(state_dir: &Path, role: Role) -> Result<Stream, Unreachable> {
    let stream = match UnixStream::connect(role.socket(state_dir)).await {
        Ok(stream) => stream,
        Err(error) => UnixStream::connect(role.socket(&places::runtime_dir(state_dir)))
            .await
            .map_err(|_| explained(error))?,
    };
    match is_ours(&stream) {
        Ok(true) => Ok(stream),
        Ok(false) | Err(_) => Err(Unreachable::Foreign),
    }
}

fn is_ours(stream: &UnixStream) -> io::Result<bool> {
    Ok(stream.peer_cred()?.uid() == Uid::effective().as_raw())
}

fn explained(error: io::Error) -> Unreachable {
    // A socket that refuses is what a killed process leaves behind.
    if matches!(
        error.kind(),
        io::ErrorKind::NotFound | io::ErrorKind::ConnectionRefused | io::ErrorKind::NotADirectory
    ) {
        Unreachable::Absent
    } else {
        Unreachable::Io(error)
    }
}
