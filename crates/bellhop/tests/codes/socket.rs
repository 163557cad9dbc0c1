//! The control socket's frames, byte by byte: either end, without Bellhop's own code for it.

use std::io::{Read as _, Write as _};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::Path;
use std::thread;
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use serde_json::{Value, json};

/// Nothing is waited for longer.
const LIMIT: Duration = Duration::from_secs(20);

/// One end of a connection.
pub(crate) struct Socket(UnixStream);

impl Socket {
    /// To the engine on `state_dir`, hellos exchanged; it says that it speaks `protocol`.
    pub(crate) fn greeting(state_dir: &Path, protocol: u32) -> Result<Socket> {
        let stream = UnixStream::connect(state_dir.join("control.sock"))?;
        let mut socket = Socket::over(stream)?;
        socket.write(&json!({ "type": "hello", "protocol": protocol, "version": "9.9.9", "pid": 1, "started_by": "terminal" }))?;
        ensure!(
            socket.read()?.get("type") == Some(&json!("hello")),
            "no hello"
        );
        Ok(socket)
    }

    fn over(stream: UnixStream) -> Result<Socket> {
        stream.set_read_timeout(Some(LIMIT))?;
        Ok(Socket(stream))
    }

    /// Asks, and does not wait.
    pub(crate) fn ask(&mut self, request: &Value) -> Result<()> {
        self.write(&json!({ "type": "request", "id": 1, "request": request }))
    }

    /// The error object of the refusal that comes.
    pub(crate) fn refusal(&mut self) -> Result<Value> {
        let reply = self.read()?;
        reply
            .pointer("/reply/error")
            .cloned()
            .with_context(|| format!("no refusal: {reply}"))
    }

    /// What the engine says of its first line.
    pub(crate) fn first_line(&mut self) -> Result<Value> {
        self.ask(&json!({ "ask": "status" }))?;
        let reply = self.read()?;
        let line = reply.pointer("/reply/snapshot/lines/0").cloned();
        line.with_context(|| format!("no line: {reply}"))
    }

    pub(crate) fn write(&mut self, message: &Value) -> Result<()> {
        let text = message.to_string();
        self.0
            .write_all(&u32::try_from(text.len())?.to_be_bytes())?;
        Ok(self.0.write_all(text.as_bytes())?)
    }

    pub(crate) fn read(&mut self) -> Result<Value> {
        let mut length = [0; 4];
        self.0.read_exact(&mut length).context("no frame came")?;
        let mut text = vec![0; usize::try_from(u32::from_be_bytes(length))?];
        self.0.read_exact(&mut text)?;
        Ok(serde_json::from_slice(&text)?)
    }
}

/// In the engine's place on `state_dir`: each connection is handed to `talk`, and closed when that returns.
pub(crate) fn engine_that(
    state_dir: &Path,
    talk: impl Fn(&mut Socket) -> Result<()> + Send + 'static,
) -> Result<()> {
    let listener = UnixListener::bind(state_dir.join("control.sock"))?;
    // It ends with the process.
    thread::spawn(move || {
        for stream in listener.incoming().map_while(Result::ok) {
            if let Ok(mut socket) = Socket::over(stream) {
                // What the other end does not want to hear is its matter.
                let _ = talk(&mut socket);
            }
        }
    });
    Ok(())
}
