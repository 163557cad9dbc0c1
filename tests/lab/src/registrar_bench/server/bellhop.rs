//! Bellhop as `bellhop run`, with a home of so many devices.

use std::fmt::Write as _;
use std::fs::{self, DirBuilder, File};
use std::os::unix::fs::DirBuilderExt as _;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result};
use serde_json::Value;

use super::{Counting, DOMAIN, PASSWORD, Server, Site};
use crate::registrar_bench::message;

/// What `bellhop run` says when its listeners are open.
const READY: &str = "ready";
/// The store in the state directory.
const STORE: &str = "home.redb";

/// Without `durable` the store is taken by another program, which is us: everything is then kept in memory, as where nothing can be written.
pub(super) fn start(site: Site, users: u32, program: &Path, durable: bool) -> Result<Server> {
    let state = site.path("state");
    DirBuilder::new().mode(0o700).create(&state)?;
    fs::write(site.path("secret"), PASSWORD)?;
    fs::write(site.path("config.toml"), config(&site, users)?)?;
    let taken = match durable {
        true => None,
        false => {
            let file = File::create(state.join(STORE))?;
            file.lock().context("taking the store")?;
            Some(file)
        }
    };
    let mut command = Command::new(program);
    command
        .arg("run")
        .arg("--config")
        .arg(site.path("config.toml"))
        .arg("--state-dir")
        .arg(state);
    let counting = Counting::Bellhop {
        program: program.to_owned(),
        _taken: taken,
    };
    Server::started(command, site, counting)
        .and_then(|server| server.wait_until(|site| site.log().lines().any(|line| line == READY)))
        .context("bellhop")
}

/// Contacts that its status has; `None` where there are so many devices that it has no room for them (a frame of the control socket ends at
/// 1 MiB).
///
/// # Errors
/// When what it says is no status.
pub(super) fn bindings(site: &Site, program: &Path) -> Result<Option<u64>> {
    let told = Command::new(program)
        .args(["status", "--json", "--state-dir"])
        .arg(site.path("state"))
        .output()?;
    if !told.status.success() {
        return Ok(None);
    }
    let status: Value = serde_json::from_slice(&told.stdout).context("the status of bellhop")?;
    let devices = status.pointer("/home/devices").and_then(Value::as_array);
    let devices = devices.context("the status of bellhop has no devices")?;
    let contacts = devices
        .iter()
        .filter_map(|device| device.get("contacts").and_then(Value::as_array));
    Ok(Some(u64::try_from(contacts.map(Vec::len).sum::<usize>())?))
}

fn config(site: &Site, users: u32) -> Result<String> {
    let mut text = format!(
        "[home]\nenabled = true\ndomain = \"{DOMAIN}\"\nlisten = [\"udp:{}\"]\ndigest = [\"MD5\"]\n\
         [home.limits]\nrequests_per_second = 0\n",
        site.address
    );
    for user in (0..users).map(message::name) {
        write!(
            text,
            "[[device]]\nname = \"phone-{user}\"\nextension = \"{user}\"\npassword = {{ file = \"secret\" }}\n"
        )?;
    }
    Ok(text)
}
