//! Network namespaces without leaving a trace: they have no names, live as long as a process in them, and vanish with it.

use std::path::Path;
use std::process::Command;

use crate::process::{Running, wait};
use crate::{Fallible, run};
use std::time::Duration;

/// With what right this machine lets us have network namespaces.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Right {
    /// As root, directly.
    Root,
    /// As an ordinary user, inside a user namespace where that user counts as root.
    User,
}

/// The first way that works here, tried with a link of its own.
pub(crate) fn allowed() -> Option<Right> {
    [Right::Root, Right::User].into_iter().find(|&right| {
        let mut trial = enter(right, Path::new("ip"));
        run::quietly(trial.args([
            "link", "add", "trial0", "type", "veth", "peer", "name", "trial1",
        ]))
    })
}

/// A command that runs `program` as the first process of new network, mount and process namespaces. When it ends, the kernel ends every process
/// that it started, and with them go the networks.
pub(crate) fn enter(right: Right, program: &Path) -> Command {
    let mut command = Command::new("unshare");
    if right == Right::User {
        command.args(["--user", "--map-root-user"]);
    }
    command
        .args([
            "--net",
            "--mount",
            "--pid",
            "--fork",
            "--mount-proc",
            "--kill-child",
            "--",
        ])
        .arg(program);
    command
}

/// A second machine: a network namespace held by a sleeping process.
pub(crate) struct Machine {
    holder: Running,
}

impl Machine {
    pub(crate) fn new() -> Fallible<Machine> {
        let holder = Running::start(
            "the holder of a network namespace",
            Command::new("unshare").args(["--net", "--", "sleep", "infinity"]),
        )?;
        let own = std::fs::read_link("/proc/self/ns/net")?;
        let theirs = format!("/proc/{}/ns/net", holder.pid());
        wait(
            Duration::from_secs(5),
            "there was no second network namespace",
            || Ok(std::fs::read_link(&theirs).ok().filter(|link| *link != own)),
        )?;
        Ok(Machine { holder })
    }

    /// By what `ip link set … netns` knows it.
    pub(crate) fn pid(&self) -> u32 {
        self.holder.pid()
    }

    /// A command that runs `program` on it.
    pub(crate) fn command(&self, program: &Path) -> Command {
        let mut command = Command::new("nsenter");
        command
            .args(["--target", &self.pid().to_string(), "--net", "--"])
            .arg(program);
        command
    }

    /// `ip` with these lines, on it.
    pub(crate) fn ip(&self, lines: &str) -> Fallible<()> {
        run::fed(self.command(Path::new("ip")).args(["-batch", "-"]), lines)
    }
}

/// `ip` with these lines, here.
pub(crate) fn ip(lines: &str) -> Fallible<()> {
    run::fed(Command::new("ip").args(["-batch", "-"]), lines)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_ordinary_user_enters_through_a_user_namespace() {
        let words = run::words(&enter(Right::User, Path::new("true")));
        assert!(
            words.starts_with("unshare --user --map-root-user --net"),
            "{words}"
        );
        assert!(!run::words(&enter(Right::Root, Path::new("true"))).contains("--user"));
    }
}
