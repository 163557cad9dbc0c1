//! Kamailio with its location service in memory and two workers.

use std::fs;

use anyhow::{Context, Result, bail};

use super::{Counting, DOMAIN, PASSWORD, Server, Site};
use crate::namespace::program;

const CONFIG: &str = include_str!("../../../data/kamailio-registrar.cfg");

pub(super) fn start(site: Site, counts_nonces: bool) -> Result<Server> {
    let config = site.path("kamailio.cfg");
    let filled = CONFIG
        .replace("@LISTEN@", &site.address.to_string())
        .replace("@CONTROL@", &site.path("control").display().to_string())
        .replace("@DOMAIN@", DOMAIN)
        .replace("@PASSWORD@", PASSWORD)
        .replace("@NONCE_COUNT@", &u8::from(counts_nonces).to_string());
    fs::write(&config, filled)?;
    let mut command = program("kamailio")?;
    // In megabytes: shared memory for 100,000 bindings and more, memory of each process.
    command
        .args(["-DD", "-E", "-m", "1024", "-M", "16", "-f"])
        .arg(&config)
        .arg("-Y")
        .arg(site.folder.path())
        .arg("-w")
        .arg(site.folder.path());
    Server::started(command, site, Counting::Kamailio)
        .and_then(|server| server.wait_until(|site| rpc(site, &["core.uptime"]).is_ok()))
        .context("kamailio")
}

/// What its location service counts.
pub(super) fn bindings(site: &Site) -> Result<u64> {
    let told = rpc(site, &["stats.get_statistics", "usrloc:"])?;
    contacts(&told).with_context(|| format!("kamailio counts no contacts: {told}"))
}

/// Of a line such as `usrloc:location_contacts = 10000`.
fn contacts(told: &str) -> Option<u64> {
    let line = told
        .lines()
        .find(|line| line.contains("location_contacts"))?;
    line.rsplit(|letter: char| !letter.is_ascii_digit())
        .find(|digits| !digits.is_empty())?
        .parse()
        .ok()
}

fn rpc(site: &Site, command: &[&str]) -> Result<String> {
    let output = program("kamcmd")?
        .arg("-s")
        .arg(format!("unix:{}", site.path("control").display()))
        .args(command)
        .output()?;
    if !output.status.success() {
        bail!(
            "kamcmd {command:?}: {}",
            String::from_utf8_lossy(&output.stderr).trim()
        );
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn contacts_are_read_from_the_statistics() {
        let told = "usrloc:location_users = 9\nusrloc:location_contacts = 10000\nusrloc:location_expires = 0\n";
        assert_eq!(contacts(told), Some(10_000));
        assert_eq!(contacts(""), None);
    }
}
