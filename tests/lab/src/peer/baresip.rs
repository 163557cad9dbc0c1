//! baresip: `config` and `accounts` in a folder of its own.
//!
//! Debian's has no `netroam` module; what notices a change is its own look at the addresses, once a minute.

use std::fs;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};

use crate::company::{DOMAIN, USER};

/// `uuid` makes the `+sip.instance` by which a registrar knows the old contact; sound goes to a bridge that leads nowhere.
const CONFIG: &str = "\
sip_listen 0.0.0.0:0
audio_player aubridge,nowhere
audio_source aubridge,nowhere
audio_alert aubridge,nowhere
module_path @MODULES@
module g711.so
module aubridge.so
module_tmp uuid.so
module_tmp account.so
module_app menu.so
";

/// Where distributions put its modules.
const MODULES: [&str; 3] = [
    "/usr/lib/baresip/modules",
    "/usr/local/lib/baresip/modules",
    "/usr/lib64/baresip/modules",
];

/// Its `config`: nothing heard, nothing said, and the modules where this machine has them.
///
/// # Errors
/// It has none.
pub fn config() -> Result<String> {
    let modules = modules().context("baresip has no modules here")?;
    Ok(CONFIG.replace("@MODULES@", &modules.display().to_string()))
}

/// Where its modules are.
#[must_use]
pub fn modules() -> Option<PathBuf> {
    let folders = MODULES.map(PathBuf::from);
    folders.into_iter().find(|folder| folder.is_dir())
}

pub(super) fn set_up(
    command: &mut Command,
    folder: &Path,
    registrar: SocketAddr,
    password: &str,
) -> Result<()> {
    fs::write(folder.join("config"), config()?)?;
    fs::write(
        folder.join("accounts"),
        format!(
            "<sip:{USER}@{DOMAIN}>;auth_user={USER};auth_pass={password};outbound=\"sip:{registrar};transport=udp\";regint=3600;mwi=no\n"
        ),
    )?;
    command.arg("-f").arg(folder);
    Ok(())
}
