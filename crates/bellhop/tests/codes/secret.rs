//! Passwords that are not to be had.

use std::process::Command;
use std::time::Duration;

use anyhow::Result;
use bellhop_control::error::Code;
use bellhop_tests_support::engine::{Engine, PASSWORD};
use bellhop_tests_support::keyring::Keyring;
use bellhop_tests_support::registrar::Registrar;
use bellhop_tests_support::session::Session;

use crate::line::{config, trouble};
use crate::proof::{Proof, bellhop};

const SOON: Duration = Duration::from_secs(20);

pub(crate) fn missing() -> Result<Proof> {
    from_file(Code::SecretMissing, "nothing")
}

/// A directory is no text.
pub(crate) fn unreadable() -> Result<Proof> {
    from_file(Code::SecretUnreadable, "state")
}

fn from_file(code: Code, name: &str) -> Result<Proof> {
    let registrar = Registrar::start(PASSWORD)?;
    let config = config(
        &registrar.address().to_string(),
        &format!("{{ file = \"{name}\" }}"),
    );
    trouble(&Engine::start(bellhop(), &config)?, code, SOON)
}

pub(crate) fn unavailable() -> Result<Proof> {
    let home = tempfile::tempdir()?;
    let nowhere = format!("unix:path={}", home.path().join("bus").display());
    from_keyring(Code::SecretUnavailable, |command| {
        command.env("DBUS_SESSION_BUS_ADDRESS", nowhere);
    })
}

pub(crate) fn locked() -> Result<Proof> {
    let session = Session::start()?;
    let keyring = Keyring::start(&session)?;
    keyring.store("sip:tina@company.test", PASSWORD.as_bytes())?;
    keyring.lock()?;
    from_keyring(Code::SecretLocked, |command| session.dress(command))
}

fn from_keyring(code: Code, dress: impl FnOnce(&mut Command)) -> Result<Proof> {
    let registrar = Registrar::start(PASSWORD)?;
    let config = config(&registrar.address().to_string(), "{ keyring = true }");
    let engine = Engine::start_as(bellhop(), &config, dress)?;
    trouble(&engine, code, SOON)
}
