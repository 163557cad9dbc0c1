//! What ran, and on which machine.

use std::fs;
use std::process::Command;
use std::thread;

use bellhop_tests_support::binary;

use super::Findings;
use crate::peer::{self, Peer};

/// One fact a line.
pub(super) fn lines(findings: &Findings) -> Vec<String> {
    let wire = if findings.wire {
        "delay by the lab's own wire between two TAP devices"
    } else {
        "no TAP device could be made here (that takes root), so every round trip is 0"
    };
    let phones = Peer::ALL.map(|peer| match findings.missing.contains(&peer) {
        true => format!("{} MISSING", peer.name()),
        false => format!("{} {}", peer.name(), peer.version()),
    });
    vec![
        format!("Bellhop {}", findings.program),
        format!(
            "Kamailio {}, Asterisk {}, {}",
            peer::package_version("kamailio"),
            asterisk(),
            phones.join(", ")
        ),
        format!("{}; {wire}", line()),
        format!("{:.1} minutes in all", findings.seconds / 60.0),
    ]
}

/// Cores, kernel and load: others' work on the same cores lengthens what is measured.
#[must_use]
pub fn line() -> String {
    let cores = thread::available_parallelism().map_or(0, usize::from);
    let kernel = fs::read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default();
    let load = fs::read_to_string("/proc/loadavg").unwrap_or_default();
    let load = load.split(' ').next().unwrap_or_default();
    format!(
        "{cores} cores, Linux {}, load {load} at the end",
        kernel.trim()
    )
}

/// The commit of the sources, and whether they are more than that.
#[must_use]
pub fn commit() -> String {
    let git = |arguments: &[&str]| {
        let told = Command::new("git")
            .args(arguments)
            .current_dir(binary::workspace())
            .output()
            .ok()?;
        let text = String::from_utf8_lossy(&told.stdout).trim().to_owned();
        told.status.success().then_some(text)
    };
    let Some(commit) = git(&["rev-parse", "--short", "HEAD"]) else {
        return "an unknown commit".to_owned();
    };
    match git(&["status", "--porcelain", "--untracked-files=no", "crates"]) {
        Some(changed) if changed.is_empty() => commit,
        _ => format!("{commit} with changes"),
    }
}

fn asterisk() -> String {
    use crate::company::asterisk::{Installed, ROOT_VARIABLE};
    let told = std::env::var_os(ROOT_VARIABLE)
        .map(|root| Installed::at(root.into()))
        .and_then(|installed| installed.command().ok()?.arg("-V").output().ok());
    let told = told.map(|told| String::from_utf8_lossy(&told.stdout).into_owned());
    let version = told.as_deref().and_then(|told| told.split(' ').nth(1));
    version.unwrap_or("missing").trim().to_owned()
}
