//! Passwords that are not to be had.

use std::time::Duration;

use anyhow::Result;
use bellhop_control::error::Code;
use bellhop_tests_support::engine::{Engine, PASSWORD};
use bellhop_tests_support::registrar::Registrar;

use crate::keyring::{Bus, at_bus};
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
    let address = format!("unix:path={}", home.path().join("bus").display());
    from_keyring(Code::SecretUnavailable, &address, &home)
}

pub(crate) fn locked() -> Result<Proof> {
    let home = tempfile::tempdir()?;
    let bus = Bus::with_a_keyring(home.path())?;
    bus.store("sip:tina@company.test", PASSWORD)?;
    bus.lock()?;
    from_keyring(Code::SecretLocked, bus.address(), &home)
}

fn from_keyring(code: Code, bus: &str, home: &tempfile::TempDir) -> Result<Proof> {
    let registrar = Registrar::start(PASSWORD)?;
    let config = config(&registrar.address().to_string(), "{ keyring = true }");
    let engine = Engine::start_as(bellhop(), &config, |command| {
        at_bus(command, bus, home.path());
    })?;
    trouble(&engine, code, SOON)
}
