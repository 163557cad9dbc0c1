//! A named pipe. Its default descriptor lets only the owner, administrators and the system write, and nobody can speak without writing.

use std::io;
use std::path::Path;

use bellhop_control::places;
use tokio::net::windows::named_pipe::{NamedPipeServer, ServerOptions};

#[derive(Debug)]
pub(super) struct Listener {
    name: String,
    /// The instance that waits for the next view.
    waiting: NamedPipeServer,
}

impl Listener {
    /// Being the first instance is part of the claim: a pipe that somebody else made under this name is refused.
    pub(super) fn open(state_dir: &Path) -> io::Result<Listener> {
        let account = std::env::var("USERNAME").unwrap_or_default();
        let name = places::pipe_name(&account, state_dir);
        let waiting = ServerOptions::new()
            .first_pipe_instance(true)
            .reject_remote_clients(true)
            .create(&name)?;
        Ok(Listener { name, waiting })
    }

    pub(super) async fn accept(&mut self) -> io::Result<NamedPipeServer> {
        self.waiting.connect().await?;
        let next = ServerOptions::new()
            .reject_remote_clients(true)
            .create(&self.name)?;
        Ok(std::mem::replace(&mut self.waiting, next))
    }
}
