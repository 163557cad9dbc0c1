//! Other people's phones on the laptop: how each is set up here, and what is known of its ways.
//!
//! Each gets what its documentation offers for a registration over UDP behind a NAT, and no help from outside: nobody tells it that the
//! network changed.

pub mod baresip;
mod linphone;

use std::fs::{self, File};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use anyhow::{Context, Result};
use bellhop_tests_support::tools::Tool;

use crate::namespace::{Namespace, program};
use crate::process::Process;

pub use baresip::modules as baresip_modules;

/// A phone that others make.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Peer {
    /// baresip, as Debian has it.
    Baresip,
    /// `linphone-daemon`, the phone of liblinphone without a window.
    Linphone,
}

impl Peer {
    /// All of them, the slowest first.
    pub const ALL: [Self; 2] = [Self::Baresip, Self::Linphone];

    /// What it is called.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.tool().program
    }

    /// Program and package.
    #[must_use]
    pub fn tool(self) -> Tool {
        let (program, package) = match self {
            Self::Baresip => ("baresip", "baresip-core"),
            Self::Linphone => ("linphone-daemon", "linphone-cli"),
        };
        Tool { program, package }
    }

    /// Time between its own looks at the network: a change can come at any moment between two of them, so it is made at many.
    #[must_use]
    pub fn period(self) -> Duration {
        match self {
            // `net_change(…, 60, …)` in its src/ua.c.
            Self::Baresip => Duration::from_secs(60),
            // `monitor_network_state()` in its coreapi/linphonecore.c.
            Self::Linphone => Duration::from_secs(5),
        }
    }

    /// The version that the system's packages name.
    #[must_use]
    pub fn version(self) -> String {
        package_version(self.tool().package)
    }

    /// Starts it on `host` with one account. Its files are in `folder`.
    ///
    /// # Errors
    /// When it is not installed or can't be started.
    pub fn start(
        self,
        host: &Namespace,
        folder: &Path,
        registrar: SocketAddr,
        password: &str,
    ) -> Result<Process> {
        fs::create_dir_all(folder)?;
        let mut command = program(self.name())?;
        match self {
            Self::Baresip => baresip::set_up(&mut command, folder, registrar, password)?,
            Self::Linphone => linphone::set_up(&mut command, folder, registrar, password)?,
        }
        let output = File::create(folder.join("output"))?;
        command
            .current_dir(folder)
            .env("HOME", folder)
            .stdin(Stdio::null())
            .stdout(output.try_clone()?)
            .stderr(output);
        let name = self.name();
        let child = host.inside(|| command.spawn().with_context(|| format!("starting {name}")))?;
        Ok(Process::new(child))
    }
}

/// The version of an installed package, without the distribution's own suffix.
#[must_use]
pub fn package_version(package: &str) -> String {
    let told = Command::new("dpkg-query")
        .args(["--show", "--showformat", "${Version}", package])
        .output();
    let told = told.map(|told| String::from_utf8_lossy(&told.stdout).into_owned());
    told.ok()
        .map(|version| upstream(&version).to_owned())
        .filter(|version| !version.is_empty())
        .unwrap_or_else(|| "of unknown version".to_owned())
}

/// `[epoch:]upstream[-revision]` (deb-version(7)).
fn upstream(version: &str) -> &str {
    let version = version.split_once(':').map_or(version, |(_, rest)| rest);
    version.rsplit_once('-').map_or(version, |(rest, _)| rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_is_that_of_the_makers() {
        assert_eq!(upstream("1:22.10.1~dfsg-2+b1"), "22.10.1~dfsg");
        assert_eq!(upstream("5.1.65-4"), "5.1.65");
        assert_eq!(upstream("3"), "3");
    }

    #[test]
    fn a_package_that_is_not_there_has_no_version() {
        assert_eq!(
            package_version("there-is-no-such-package"),
            "of unknown version"
        );
    }
}
