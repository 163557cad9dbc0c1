//! The named pipe. The engine makes it for its owner alone and rejects remote clients.

use std::path::Path;
use std::time::Duration;

use tokio::net::windows::named_pipe::{ClientOptions, NamedPipeClient};
use tokio::time::sleep;

use crate::error::{Code, Error};
use crate::places;

/// ERROR_PIPE_BUSY: every instance of the pipe has its client; the engine makes the next at once.
const PIPE_BUSY: i32 = 231;

/// Opens the control pipe of the engine on `state_dir`. The caller limits the time.
pub(super) async fn open(state_dir: &Path) -> Result<NamedPipeClient, Error> {
    // The account's name stands in for its SID, which is not to be had without unsafe code; access is decided by the pipe's owner-only descriptor, not by its name.
    let account = std::env::var("USERNAME").unwrap_or_default();
    let name = places::pipe_name(&account, state_dir);
    loop {
        match ClientOptions::new().open(&name) {
            Ok(pipe) => return Ok(pipe),
            Err(error) if error.raw_os_error() == Some(PIPE_BUSY) => {
                sleep(Duration::from_millis(20)).await;
            }
            Err(_) => return Err(Error::plain(Code::NoEngine)),
        }
    }
}
