//! Peers that Python's package index has and the system's packages do not, in a virtual environment under the target directory.

use std::path::PathBuf;
use std::process::Command;

use crate::{Fallible, run};

/// Tells the tests where it is.
pub(super) const VARIABLE: &str = "BELLHOP_PEERS";

/// PJSIP with its bindings, and the scanners that every public SIP server meets.
const WHEELS: [&str; 2] = ["pjsua2-python==2.15.1", "sipvicious==0.3.3"];

/// Ends well where they are there.
const SIGN: &str = "import pjsua2, sipvicious.svmap";

/// Where they are; brought if they are not.
pub(super) fn environment() -> Fallible<PathBuf> {
    let folder = run::target_directory()?.join("peers");
    let python = folder.join("bin/python");
    if run::quietly(Command::new(&python).args(["-c", SIGN])) {
        return Ok(folder);
    }
    println!(
        "Bringing PJSIP and SIPVicious from PyPI to {} …",
        folder.display()
    );
    run::well(
        Command::new("python3")
            .args(["-m", "venv", "--clear"])
            .arg(&folder),
    )?;
    run::well(
        Command::new(folder.join("bin/pip"))
            .args(["install", "--quiet", "--disable-pip-version-check"])
            .args(WHEELS),
    )?;
    run::well(Command::new(&python).args(["-c", SIGN]))?;
    Ok(folder)
}
