//! State directories, configs and machines that an engine can't work with.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context as _, Result};
use bellhop_tests_support::engine::{Engine, Outcome, PASSWORD, command};
use bellhop_tests_support::registrar::Registrar;
use serde_json::json;

use crate::line::at;
use crate::proof::{Proof, bellhop};
use crate::stranger::Stranger;
use crate::talk::{refused, registered};

/// An account that nobody has.
const NOBODY: u32 = 54_322;

/// Runs an engine that can't begin.
fn run(config: &Path, state_dir: &Path) -> Result<Outcome> {
    let mut line = Command::new(bellhop());
    line.arg("run").arg("--config").arg(config);
    command(line.arg("--state-dir").arg(state_dir), "")
}

/// A directory with an empty config in it.
fn with_config() -> Result<(tempfile::TempDir, std::path::PathBuf)> {
    let directory = tempfile::tempdir()?;
    let config = directory.path().join("config.toml");
    fs::write(&config, "")?;
    Ok((directory, config))
}

fn shown(path: &Path) -> String {
    path.display().to_string()
}

/// An account without a home, which the system knows nothing of.
pub(crate) fn state_dir_unknown() -> Result<Proof> {
    Proof::said(Stranger::new(NOBODY)?.runs(&["status"])?, [])
}

pub(crate) fn state_dir_unusable() -> Result<Proof> {
    let (_directory, config) = with_config()?;
    // A file in its place.
    let why = fs::create_dir(&config)
        .err()
        .context("a directory over a file")?
        .to_string();
    let outcome = run(&config, &config)?;
    Proof::said(outcome, [("path", &shown(&config)), ("why", &why)])
}

pub(crate) fn state_dir_not_private() -> Result<Proof> {
    let (directory, config) = with_config()?;
    fs::set_permissions(directory.path(), fs::Permissions::from_mode(0o755))?;
    let outcome = run(&config, directory.path())?;
    Proof::said(outcome, [("path", &shown(directory.path()))])
}

pub(crate) fn state_dir_in_use() -> Result<Proof> {
    let registrar = Registrar::start(PASSWORD)?;
    let engine = Engine::start(bellhop(), &at(registrar.address()))?;
    let (_directory, config) = with_config()?;
    let outcome = run(&config, &engine.state_dir())?;
    Proof::said(outcome, [("path", &shown(&engine.state_dir()))])
}

/// What an earlier run left is no longer readable; the engine tells, and begins anew.
pub(crate) fn store_unusable() -> Result<Proof> {
    let registrar = Registrar::start(PASSWORD)?;
    let mut engine = Engine::start(bellhop(), &at(registrar.address()))?;
    engine.stop()?;
    fs::write(engine.state_dir().join("instance"), "{ half of i")?;
    engine.start_again()?;
    let object = engine.status()?.pointer("/state_dir/error").cloned();
    object.map(Proof::Object).context("no error")
}

pub(crate) fn config_missing() -> Result<Proof> {
    let directory = tempfile::tempdir()?;
    let config = directory.path().join("config.toml");
    let outcome = run(&config, &directory.path().join("state"))?;
    Proof::said(outcome, [("path", &shown(&config))])
}

pub(crate) fn config_unreadable() -> Result<Proof> {
    let directory = tempfile::tempdir()?;
    let why = fs::read_to_string(directory.path())
        .err()
        .context("a directory that is text")?
        .to_string();
    let outcome = run(directory.path(), &directory.path().join("state"))?;
    let path = shown(directory.path());
    Proof::said(outcome, [("path", &path), ("why", &why)])
}

pub(crate) fn config_invalid() -> Result<Proof> {
    let registrar = Registrar::start(PASSWORD)?;
    let engine = Engine::start(bellhop(), &at(registrar.address()))?;
    fs::write(
        engine.directory().join("config.toml"),
        "[[line]]\naor = \"nonsense\"\ncolour = 1\n",
    )?;
    refused(&engine, &json!({ "ask": "reload" }))
}

/// Where nothing can be made, not even by root.
pub(crate) fn config_unwritable() -> Result<Proof> {
    let nowhere = Path::new("/proc/bellhop");
    let why = fs::create_dir(nowhere)
        .err()
        .context("it was made")?
        .to_string();
    let config = nowhere.join("config.toml");
    let secret = tempfile::NamedTempFile::new()?;
    let mut line = Command::new(bellhop());
    line.args(["line", "add", "--aor", "sip:tina@company.test", "--config"])
        .arg(&config)
        .arg("--password-file")
        .arg(secret.path());
    let outcome = command(&mut line, "")?;
    Proof::said(outcome, [("path", &shown(&config)), ("why", &why)])
}

pub(crate) fn settings_invalid() -> Result<Proof> {
    let (_registrar, engine) = registered()?;
    let typed = json!({ "aor": "tina at company", "registrar": "no company" });
    refused(&engine, &json!({ "ask": "add_line", "settings": typed }))
}

pub(crate) fn password_elsewhere() -> Result<Proof> {
    let (_registrar, engine) = registered()?;
    let words = json!({ "ask": "set_password", "line": "work", "password": "c4nary" });
    refused(&engine, &words)
}

pub(crate) fn not_in_this_version() -> Result<Proof> {
    let engine = Engine::start_as(bellhop(), "", |command| {
        command.arg("--scripted-networks").stdin(Stdio::piped());
    })?;
    let outcome = engine.cli(&["home", "here"])?;
    Proof::said(outcome, [("what", "a home among scripted networks")])
}

/// A process that may open nothing more: no runtime is to be had, and no sentence of the catalogue says it better.
pub(crate) fn internal() -> Result<Proof> {
    let directory = tempfile::tempdir()?;
    let mut line = Command::new("prlimit");
    line.arg("--nofile=4").arg(bellhop()).arg("status");
    line.arg("--state-dir").arg(directory.path());
    let outcome = command(&mut line, "").context("prlimit (package util-linux)")?;
    let why = std::io::Error::from_raw_os_error(nix::errno::Errno::EMFILE as i32).to_string();
    Proof::said(outcome, [("why", &why)])
}
