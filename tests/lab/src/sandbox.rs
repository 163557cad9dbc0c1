//! Where the lab runs: namespaces of the test's own, entered by starting the test once more inside them.
//!
//! Network: the machine's own is never touched. Processes: the test is the first one in there, so all that it started ends with it.
//! User, when the test is not run by root: root inside, nobody special outside.

use std::env;
use std::io::Read as _;
use std::process::{self, Command, ExitCode, Stdio};
use std::thread;

use anyhow::{Context, Result};

use crate::namespace::program;

const INSIDE: &str = "BELLHOP_LAB_INSIDE";

/// Whether this process is the one inside.
#[must_use]
pub fn is_inside() -> bool {
    env::var_os(INSIDE).is_some()
}

/// Starts this program once more, inside, and waits for its end.
///
/// # Errors
/// Where the machine allows no namespaces.
pub fn run_inside(variables: &[(&str, String)]) -> Result<ExitCode> {
    let mut command = unshare()?;
    command
        .arg(env::current_exe()?)
        .args(env::args_os().skip(1));
    command
        .env(INSIDE, "1")
        .envs(variables.iter().map(|(name, value)| (name, value)));
    let mut child = command
        .stdin(Stdio::piped())
        .spawn()
        .context("starting the lab inside namespaces")?;
    // Held open until the end: when this process dies, the one inside sees the end of its input and follows.
    let lifeline = child.stdin.take();
    let status = child.wait()?;
    drop(lifeline);
    Ok(u8::try_from(status.code().unwrap_or(1)).map_or(ExitCode::FAILURE, ExitCode::from))
}

/// Inside: ends this process, and with it all others in there, when the one outside is gone.
pub fn follow_outside() {
    thread::spawn(|| {
        let _ = std::io::stdin().read_to_end(&mut Vec::new());
        process::exit(130);
    });
}

fn unshare() -> Result<Command> {
    let mut command = program("unshare")?;
    if !nix::unistd::geteuid().is_root() {
        command.args(["--user", "--map-root-user"]);
    }
    command.args([
        "--net",
        "--pid",
        "--fork",
        "--mount-proc",
        "--kill-child",
        "--",
    ]);
    Ok(command)
}
