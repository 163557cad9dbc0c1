//! Where the lab runs: namespaces of the test's own, entered by starting the test once more inside them.
//!
//! Network: the machine's own is never touched. Processes: the test is the first one in there, so all that it started ends with it.
//! User, when the test is not run by root: the same one, who inside has all rights over the networks in there and no others.

use std::env;
use std::io::Read as _;
use std::process::{self, Command, ExitCode, Stdio};
use std::thread;

use anyhow::{Context, Result, bail};

use crate::namespace::program;

const INSIDE: &str = "BELLHOP_LAB_INSIDE";
/// What keeps ordinary users from user namespaces, by distribution, and what lets them: the kernel's number, Debian's switch, Ubuntu's.
const OPENERS: [&str; 3] = [
    "sysctl user.max_user_namespaces=10000",
    "sysctl kernel.unprivileged_userns_clone=1                # where there is such a setting",
    "sysctl kernel.apparmor_restrict_unprivileged_userns=0    # where there is such a setting",
];

/// Whether this process is the one inside.
#[must_use]
pub fn is_inside() -> bool {
    env::var_os(INSIDE).is_some()
}

/// Starts this program once more, inside, and waits for its end.
///
/// # Errors
/// Where the machine allows no namespaces: what to do about it.
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

/// The way into new namespaces.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Way {
    /// As root, directly.
    Root,
    /// As an ordinary user: in a user namespace where that user has all rights over the new networks.
    User,
}

impl Way {
    fn command(self) -> Result<Command> {
        let mut command = program("unshare")?;
        if self == Self::User {
            command.args(["--user", "--map-current-user", "--keep-caps"]);
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

    /// Why this way is closed, if it is: tried out with a link.
    fn closed(self) -> Result<Option<String>> {
        let mut trial = self.command()?;
        trial.arg(program("ip")?.get_program());
        trial.args(["link", "add", "trial", "type", "veth"]);
        let output = trial.stdin(Stdio::null()).output()?;
        let told = String::from_utf8_lossy(&output.stderr).trim().to_owned();
        Ok((!output.status.success()).then_some(told))
    }
}

/// The first way that this machine leaves open.
fn unshare() -> Result<Command> {
    let ways = if nix::unistd::geteuid().is_root() {
        [Way::Root, Way::User].as_slice()
    } else {
        [Way::User].as_slice()
    };
    let mut closed = Vec::new();
    for way in ways {
        match way.closed()? {
            None => return way.command(),
            Some(why) => closed.push(why),
        }
    }
    bail!(
        "THE LAB CAN'T RUN HERE: this machine gives user {} no network namespaces ({}).\n\
         Run it as root, or let ordinary users have user namespaces, as root:\n    {}",
        nix::unistd::geteuid(),
        closed.join("; "),
        OPENERS.join("\n    ")
    )
}
