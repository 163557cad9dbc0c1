//! A trial once more in a network of its own, where addresses can be had that this machine has not.

use std::fs;
use std::net::Ipv4Addr;
use std::process::Command;

use anyhow::{Context as _, Result, ensure};
use bellhop_control::error::Code;
use nix::unistd::Uid;
use serde_json::{Value, json};

use crate::proof::Proof;

/// Names the file for what the trial inside read back.
const INNER: &str = "BELLHOP_TEST_INNER";

/// Runs this program for `code` where the machine has `address`, too.
pub(crate) fn again_with_address(code: Code, address: Ipv4Addr) -> Result<Proof> {
    let directory = tempfile::tempdir()?;
    let found = directory.path().join("found");
    let mut unshare = Command::new("unshare");
    if !Uid::effective().is_root() {
        unshare.arg("--map-root-user");
    }
    let script =
        format!("ip link set lo up && ip address add {address}/32 dev lo && exec \"$0\" {code}");
    let output = unshare
        .args(["--net", "sh", "-c", &script])
        .arg(std::env::current_exe()?)
        .env(INNER, &found)
        .output()
        .context("unshare (package util-linux)")?;
    ensure!(
        output.status.success(),
        "in a network namespace (package iproute2; root, or user namespaces): {}",
        String::from_utf8_lossy(&output.stderr).trim()
    );
    let mut found: Value = serde_json::from_str(&fs::read_to_string(found)?)?;
    let text = found
        .get("text")
        .and_then(Value::as_str)
        .context("no text")?;
    let text = text.to_owned();
    let line = found.get_mut("line").context("no line")?.take();
    Ok(Proof::Line { line, text })
}

/// What was asked of this process if it is the one inside: whether it went well.
pub(crate) fn inside(trial: impl FnOnce() -> Result<Proof>) -> Option<Result<()>> {
    let found = std::env::var_os(INNER)?;
    Some(trial().and_then(|proof| {
        let Proof::Line { line, text } = proof else {
            anyhow::bail!("no line: {proof:?}")
        };
        Ok(fs::write(
            found,
            json!({ "line": line, "text": text }).to_string(),
        )?)
    }))
}
