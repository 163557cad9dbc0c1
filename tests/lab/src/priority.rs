//! Real-time priority for what stands for the network and the clock, so that a busy machine does not lengthen the wire.
//!
//! The program under test never gets it, but where another one is measured beside it and gets the same.

use std::process::{Command, Stdio};
use std::sync::OnceLock;

use nix::unistd::gettid;

use crate::namespace::program;

const PRIORITY: &str = "10";
const ABOVE: &str = "11";

/// Raises the calling thread. Says whether the system allowed it.
pub fn raise_thread() -> bool {
    change(&["--rr", "--pid", PRIORITY, &gettid().to_string()])
}

/// Raises the calling thread above all else that is raised. Says whether the system allowed it.
pub fn raise_thread_above() -> bool {
    change(&["--rr", "--pid", ABOVE, &gettid().to_string()])
}

/// The same command with real-time priority where the system allows that. Takes over the program and its arguments so far.
///
/// # Errors
/// When `chrt` is not installed.
pub fn raised(plain: Command) -> anyhow::Result<Command> {
    static ALLOWED: OnceLock<bool> = OnceLock::new();
    if !*ALLOWED.get_or_init(|| change(&["--rr", PRIORITY, "true"])) {
        return Ok(plain);
    }
    let mut command = program("chrt")?;
    command
        .args(["--rr", PRIORITY])
        .arg(plain.get_program())
        .args(plain.get_args());
    Ok(command)
}

fn change(arguments: &[&str]) -> bool {
    let Ok(mut chrt) = program("chrt") else {
        return false;
    };
    chrt.args(arguments)
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    chrt.status().is_ok_and(|status| status.success())
}
