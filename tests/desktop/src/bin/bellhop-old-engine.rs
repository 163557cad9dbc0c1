//! An engine of another release, as far as it is to be told: it has the lock, answers the hello in the protocol and version that it is given, as one that a tray started, and
//! ends when asked to.
//!
//! `bellhop-old-engine STATE_DIR PROTOCOL VERSION`. There is no other release yet to take in its place.
#![allow(
    clippy::print_stdout,
    reason = "says when it listens, as the engine does"
)]

#[cfg(target_os = "linux")]
fn main() -> anyhow::Result<()> {
    old::run()
}

#[cfg(not(target_os = "linux"))]
fn main() {}

#[cfg(target_os = "linux")]
mod old {
    use std::fs::{self, DirBuilder, File};
    use std::io::{Read as _, Write as _};
    use std::os::unix::fs::DirBuilderExt as _;
    use std::os::unix::net::{UnixListener, UnixStream};
    use std::path::PathBuf;

    use anyhow::{Result, bail};
    use serde_json::{Value, json};

    pub(super) fn run() -> Result<()> {
        let words: Vec<String> = std::env::args().collect();
        let [_, folder, protocol, version] = words.as_slice() else {
            bail!("a state directory, a protocol and a version");
        };
        let folder = PathBuf::from(folder);
        let hello = json!({
            "type": "hello", "protocol": protocol.parse::<u32>()?, "version": version,
            "pid": std::process::id(), "started_by": "tray",
        });
        DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(&folder)?;
        let lock = File::create(folder.join("engine.lock"))?;
        lock.try_lock()?;
        let socket = folder.join("control.sock");
        let _ = fs::remove_file(&socket);
        let listener = UnixListener::bind(&socket)?;
        println!("ready");
        for view in listener.incoming() {
            if talk(view?, &hello).unwrap_or(false) {
                break;
            }
        }
        fs::remove_file(socket)?;
        drop(lock);
        Ok(())
    }

    /// Whether it was asked to end.
    fn talk(mut view: UnixStream, hello: &Value) -> Result<bool> {
        say(&mut view, hello)?;
        loop {
            let heard = hear(&mut view)?;
            if heard.pointer("/request/ask").and_then(Value::as_str) == Some("shutdown") {
                let id = heard.get("id");
                say(
                    &mut view,
                    &json!({ "type": "reply", "id": id, "reply": { "reply": "done" } }),
                )?;
                return Ok(true);
            }
        }
    }

    fn say(view: &mut UnixStream, what: &Value) -> Result<()> {
        let text = what.to_string();
        view.write_all(&u32::try_from(text.len())?.to_be_bytes())?;
        Ok(view.write_all(text.as_bytes())?)
    }

    fn hear(view: &mut UnixStream) -> Result<Value> {
        let mut length = [0; 4];
        view.read_exact(&mut length)?;
        let mut text = vec![0; u32::from_be_bytes(length) as usize];
        view.read_exact(&mut text)?;
        Ok(serde_json::from_slice(&text)?)
    }
}
