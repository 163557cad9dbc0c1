//! A Unix socket in the state directory, for this user alone.

use std::fs::{self, Permissions};
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use bellhop_control::places;
use tokio::net::{UnixListener, UnixStream};

#[derive(Debug)]
pub(super) struct Listener {
    listener: UnixListener,
    path: PathBuf,
}

impl Listener {
    /// The directory is 0700 and its lock is ours, so between bind and chmod nobody else gets at the socket.
    pub(super) fn open(state_dir: &Path) -> io::Result<Listener> {
        let path = places::socket(state_dir);
        match fs::remove_file(&path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        let listener = UnixListener::bind(&path)?;
        fs::set_permissions(&path, Permissions::from_mode(0o600))?;
        Ok(Listener { listener, path })
    }

    /// The next view of this user; others are closed without a word.
    pub(super) async fn accept(&mut self) -> io::Result<UnixStream> {
        loop {
            let (stream, _) = self.listener.accept().await?;
            if stream.peer_cred()?.uid() == nix::unistd::geteuid().as_raw() {
                return Ok(stream);
            }
            tracing::warn!("another user tried to reach the control socket");
        }
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.path);
    }
}
