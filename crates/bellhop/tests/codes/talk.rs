//! What can go wrong between the engine and who talks to it.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::Command;
use std::thread;
use std::time::Duration;

use anyhow::{Context as _, Result};
use bellhop_control::client::Client;
use bellhop_control::protocol::{PROTOCOL, Reply, Request};
use bellhop_tests_support::engine::{Engine, Outcome, PASSWORD, command};
use bellhop_tests_support::peer::Peer;
use bellhop_tests_support::registrar::Registrar;
use serde_json::{Value, json};

use crate::line::at;
use crate::proof::{Proof, bellhop};
use crate::socket::{Socket, engine_that};
use crate::stranger::Stranger;

/// An account that nobody has.
const NOBODY: u32 = 54_321;

fn cli(state_dir: &Path, words: &[&str]) -> Result<Outcome> {
    let mut line = Command::new(bellhop());
    command(line.args(words).arg("--state-dir").arg(state_dir), "")
}

pub(crate) fn no_engine() -> Result<Proof> {
    let directory = tempfile::tempdir()?;
    Proof::said(cli(directory.path(), &["status"])?, [])
}

pub(crate) fn engine_silent() -> Result<Proof> {
    let directory = tempfile::tempdir()?;
    engine_that(directory.path(), |_| {
        thread::sleep(Duration::from_secs(60));
        Ok(())
    })?;
    Proof::said(cli(directory.path(), &["status"])?, [])
}

pub(crate) fn engine_lost() -> Result<Proof> {
    let directory = tempfile::tempdir()?;
    engine_that(directory.path(), |socket| socket.read().map(drop))?;
    Proof::said(cli(directory.path(), &["status"])?, [])
}

/// A wish is open when the engine is told to end.
pub(crate) fn engine_stopping() -> Result<Proof> {
    let peer = Peer::start(|_| None)?;
    let engine = Engine::start(bellhop(), &at(peer.address()))?;
    let mut waits = Socket::greeting(&engine.state_dir(), PROTOCOL)?;
    let mut ends = Socket::greeting(&engine.state_dir(), PROTOCOL)?;
    waits.ask(&json!({ "ask": "rebind", "line": "work" }))?;
    ends.ask(&json!({ "ask": "shutdown" }))?;
    waits.refusal().map(Proof::Object)
}

/// The socket is ours, and who looks is not.
pub(crate) fn engine_foreign() -> Result<Proof> {
    let stranger = Stranger::new(NOBODY)?;
    engine_that(stranger.directory(), |_| Ok(()))?;
    fs::set_permissions(
        stranger.directory().join("control.sock"),
        fs::Permissions::from_mode(0o777),
    )?;
    let state = stranger.directory().to_string_lossy().into_owned();
    Proof::said(stranger.runs(&["status", "--state-dir", &state])?, [])
}

/// An engine talks to views of its own protocol, and to the others about nothing but its end.
pub(crate) fn wrong_version() -> Result<Proof> {
    let (_registrar, engine) = registered()?;
    let mut view = Socket::greeting(&engine.state_dir(), PROTOCOL + 1)?;
    view.ask(&json!({ "ask": "status" }))?;
    let object = view.refusal()?;
    let versions = json!({ "engine": env!("CARGO_PKG_VERSION"), "own": "9.9.9" });
    anyhow::ensure!(object.get("params") == Some(&versions), "{object}");
    Ok(Proof::Object(object))
}

pub(crate) fn no_such_line() -> Result<Proof> {
    let (_registrar, engine) = registered()?;
    refused(&engine, &json!({ "ask": "pause", "line": "nobody" }))
}

pub(crate) fn line_paused() -> Result<Proof> {
    let (_registrar, engine) = registered()?;
    engine.cli(&["pause", "work"])?;
    refused(&engine, &json!({ "ask": "rebind", "line": "work" }))
}

pub(crate) fn not_done_in_time() -> Result<Proof> {
    let peer = Peer::start(|_| None)?;
    let engine = Engine::start(bellhop(), &at(peer.address()))?;
    refused(&engine, &json!({ "ask": "rebind", "line": "work" }))
}

/// An engine of tomorrow has a code that the command line of today does not know.
pub(crate) fn unknown() -> Result<Proof> {
    let sent = json!({
        "code": "moon_phase", "params": { "phase": "new" }, "whose": "network",
        "message": "the moon is new", "action": { "kind": "try_now", "label": "Look again" },
    });
    let directory = tempfile::tempdir()?;
    let answer = json!({ "type": "reply", "id": 1, "reply": { "reply": "refused", "error": sent, "state": Value::Null } });
    engine_that(directory.path(), move |socket| {
        socket.read()?;
        socket.write(&json!({ "type": "hello", "protocol": PROTOCOL, "version": "9.9.9", "pid": 1, "started_by": "terminal" }))?;
        socket.read()?;
        socket.write(&answer)
    })?;
    let said = cli(directory.path(), &["status"])?.stderr;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let reply = runtime.block_on(async {
        let mut client = Client::connect(directory.path()).await?;
        client.request(Request::Status).await
    })?;
    let Reply::Refused { error: read, .. } = reply else {
        anyhow::bail!("{reply:?}")
    };
    Ok(Proof::Foreign { sent, read, said })
}

/// A registered line.
pub(crate) fn registered() -> Result<(Registrar, Engine)> {
    let registrar = Registrar::start(PASSWORD)?;
    let engine = Engine::start(bellhop(), &at(registrar.address()))?;
    let status = engine.wait_for("registered", Duration::from_secs(20))?;
    let state = status.pointer("/lines/0/state").context("no line")?;
    anyhow::ensure!(state == "registered", "{status}");
    Ok((registrar, engine))
}

pub(crate) fn refused(engine: &Engine, request: &Value) -> Result<Proof> {
    let mut socket = Socket::greeting(&engine.state_dir(), PROTOCOL)?;
    socket.ask(request)?;
    socket.refusal().map(Proof::Object)
}
