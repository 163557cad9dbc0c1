//! PJSIP and SIPVicious, which Python's package index has and the system's packages do not.

use std::env;
use std::path::PathBuf;

use anyhow::{Result, bail};
use bellhop_tests_support::binary;

/// Names a virtual environment that has them.
pub(crate) const VARIABLE: &str = "BELLHOP_PEERS";
/// What they are.
const PACKAGES: &str = "pjsua2-python==2.15.1 sipvicious==0.3.3";

/// Where they are.
pub(crate) fn environment() -> Result<PathBuf> {
    let folder = match env::var_os(VARIABLE) {
        Some(named) => PathBuf::from(named),
        None => binary::target_directory()?.join("peers"),
    };
    if !folder.join("bin/python").exists() || !folder.join("bin/sipvicious_svmap").exists() {
        bail!(
            "there are no PJSIP and SIPVicious in {}: `cargo xtask test` brings them, or: python3 -m venv {0} && {0}/bin/pip install {PACKAGES}",
            folder.display()
        );
    }
    Ok(folder)
}

/// Python with them.
pub(crate) fn python() -> Result<PathBuf> {
    Ok(environment()?.join("bin/python"))
}
