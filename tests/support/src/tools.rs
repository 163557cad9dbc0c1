//! Programs that tests run against: a missing one is a failure that names its package, never a skip.

use std::env;
use std::path::PathBuf;

use anyhow::{Result, bail};

/// A program and the Debian or Ubuntu package that brings it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tool {
    /// What is run.
    pub program: &'static str,
    /// What `apt-get install` wants to hear.
    pub package: &'static str,
}

/// Where a program is, looked for in `PATH` and in the administrators' folders, which an ordinary user's `PATH` leaves out.
#[must_use]
pub fn find(program: &str) -> Option<PathBuf> {
    let path = env::var_os("PATH").unwrap_or_default();
    let administrators = ["/usr/local/sbin", "/usr/sbin", "/sbin"].map(PathBuf::from);
    env::split_paths(&path)
        .chain(administrators)
        .map(|folder| folder.join(program))
        .find(|file| file.is_file())
}

/// Checks that all of `tools` are there.
///
/// # Errors
/// One sentence with every missing program and the command that installs them.
pub fn require(tools: &[Tool]) -> Result<()> {
    let missing: Vec<_> = tools
        .iter()
        .filter(|tool| find(tool.program).is_none())
        .collect();
    if missing.is_empty() {
        return Ok(());
    }
    let programs: Vec<_> = missing.iter().map(|tool| tool.program).collect();
    let mut packages: Vec<_> = missing.iter().map(|tool| tool.package).collect();
    packages.sort_unstable();
    packages.dedup();
    bail!(
        "missing {}: apt-get install {}",
        programs.join(", "),
        packages.join(" ")
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_program_is_named_with_its_package() {
        let tools = [
            Tool {
                program: "sh",
                package: "dash",
            },
            Tool {
                program: "no-such-program",
                package: "no-such-package",
            },
        ];
        let told = require(&tools).unwrap_err().to_string();
        assert_eq!(
            told,
            "missing no-such-program: apt-get install no-such-package"
        );
    }

    #[test]
    fn programs_that_are_there_are_fine() {
        assert!(
            require(&[Tool {
                program: "sh",
                package: "dash"
            }])
            .is_ok()
        );
    }
}
