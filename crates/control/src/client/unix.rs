//! The Unix socket, and the check that its other end is this account's.

use std::io;
use std::path::Path;

use nix::unistd::Uid;
use tokio::net::UnixStream;

use crate::error::{Code, Error};
use crate::places;

/// Opens the control socket of the engine on `state_dir`, or the one outside it of an engine that can't write there.
pub(super) async fn open(state_dir: &Path) -> Result<UnixStream, Error> {
    let stream = match UnixStream::connect(places::socket(state_dir)).await {
        Ok(stream) => stream,
        Err(error) => UnixStream::connect(places::socket(&places::runtime_dir(state_dir)))
            .await
            .map_err(|_| explained(&error, state_dir))?,
    };
    let peer = stream
        .peer_cred()
        .map_err(|_| Error::plain(Code::EngineForeign))?;
    if peer.uid() == Uid::effective().as_raw() {
        Ok(stream)
    } else {
        Err(Error::plain(Code::EngineForeign))
    }
}

fn explained(error: &io::Error, state_dir: &Path) -> Error {
    // A socket that refuses is what a killed engine leaves behind.
    if matches!(
        error.kind(),
        io::ErrorKind::NotFound | io::ErrorKind::ConnectionRefused | io::ErrorKind::NotADirectory
    ) {
        return Error::plain(Code::NoEngine);
    }
    Error::new(
        Code::StateDirUnusable,
        [
            ("path", state_dir.display().to_string()),
            ("why", error.to_string()),
        ],
    )
}
