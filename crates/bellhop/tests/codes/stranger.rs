//! Bellhop as another account of this machine, which takes root: the tests' own, or sudo's.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::process::Command;

use anyhow::{Context as _, Result, ensure};
use bellhop_tests_support::engine::{Outcome, command};
use nix::unistd::Uid;
use tempfile::TempDir;

use crate::proof::bellhop;

/// An account that no machine has, with a directory that it may enter.
pub(crate) struct Stranger {
    uid: u32,
    directory: TempDir,
}

impl Stranger {
    pub(crate) fn new(uid: u32) -> Result<Stranger> {
        let directory = tempfile::tempdir()?;
        fs::set_permissions(directory.path(), fs::Permissions::from_mode(0o755))?;
        // The build's own directory may be closed to others.
        fs::copy(bellhop(), directory.path().join("bellhop"))?;
        Ok(Stranger { uid, directory })
    }

    /// Where it may look, and we may write.
    pub(crate) fn directory(&self) -> &std::path::Path {
        self.directory.path()
    }

    /// Runs Bellhop there without a home.
    pub(crate) fn runs(&self, words: &[&str]) -> Result<Outcome> {
        let mut line = if Uid::effective().is_root() {
            Command::new("setpriv")
        } else {
            let may = Command::new("sudo").args(["-n", "true"]).status();
            ensure!(
                may.is_ok_and(|status| status.success()),
                "another account takes root: run the tests as root, or with a sudo that asks nothing"
            );
            let mut sudo = Command::new("sudo");
            sudo.args(["-n", "setpriv"]);
            sudo
        };
        let uid = self.uid;
        line.args([
            "--clear-groups",
            &format!("--reuid={uid}"),
            &format!("--regid={uid}"),
        ])
        .args(["env", "-i"])
        .arg(self.directory.path().join("bellhop"))
        .args(words)
        .current_dir("/");
        command(&mut line, "").context("setpriv (package util-linux)")
    }
}
