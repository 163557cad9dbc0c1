//! Networks that come, go and change beside the one that is there: a VPN, and an interface that gets another name.

use std::path::Path;
use std::thread;

use anyhow::{Context as _, Result};
use serde_json::Value;

use super::{PATIENCE, ROUND_TRIP, link_down_of, new_route, repeat, route_over};
use crate::company::Pbx;
use crate::kernel::Change;
use crate::laptop::Uplink;
use crate::measure::Run;
use crate::namespace::Namespace;
use crate::stage::{After, Stage};
use crate::topology::Lab;
use crate::verbs::{LEASE, PREFERRED};
use crate::vpn::{self, Gateway, Tunnel};

/// The other name of `wlan0`.
const RENAMED: &str = "wlp2s0";

/// A VPN takes the default route, and gives it back: two runs each time.
///
/// # Errors
/// When the line is lost.
pub fn vpn(binary: &Path, pbx: Pbx, times: u32) -> Result<Vec<Run>> {
    let stage = Stage::set(binary, ROUND_TRIP, pbx)?;
    let uplink = Uplink::Wlan;
    let gateway = Gateway::open(&stage.lab)?;
    let mut runs = Vec::new();
    for _ in 0..times {
        let tunnel = Tunnel::make(&stage.lab, uplink)?;
        let index = tunnel.index;
        // By the tunnel the laptop is behind router B.
        let after = stage.change(Uplink::Eth, |lab| tunnel.up(lab), route_over(index))?;
        let mut run = stage.judge(&After {
            address: vpn::ADDRESS.into(),
            ..after
        })?;
        run.faults.extend(not_of_kind(&stage, vpn::DEVICE, "vpn")?);
        runs.push(run);

        let after = stage.change(uplink, |lab| tunnel.down(lab), link_down_of(index))?;
        runs.push(stage.judge(&after)?);
    }
    gateway.close(&stage.lab)?;
    Ok(runs)
}

/// Whether this kernel renames an interface that is up: Linux 6.2 and later do.
#[must_use]
pub fn renames_what_is_up() -> bool {
    let lines = "link add name probe type veth peer name far\nlink set dev probe up\nlink set dev probe name other\n";
    Namespace::new("a probe")
        .and_then(|probe| probe.ip(lines))
        .is_ok()
}

/// The interface in use gets another name while it is up: at most one REGISTER comes of it, and the line stays registered throughout.
///
/// # Errors
/// When the line is lost, or where the kernel renames nothing that is up (before Linux 6.2).
pub fn rename(binary: &Path, pbx: Pbx, times: u32) -> Result<Vec<Run>> {
    let stage = Stage::set(binary, ROUND_TRIP, pbx)?;
    let mut names = ["wlan0", RENAMED].into_iter().cycle();
    let mut old = names.next().unwrap_or_default();
    repeat(times, || {
        let new = names.next().unwrap_or_default();
        let told = |change: &Change| *change == Change::LinkUp(Uplink::Wlan.index());
        let lines = format!("link set dev {old} name {new}\n");
        old = new;
        let after = stage.change(Uplink::Wlan, |lab| lab.laptop.ip(&lines), told)?;
        stage.line_when("at the new name", PATIENCE, |line| {
            state(line) == Some("registered") && interface(line) == Some(new)
        })?;
        stage.wait_until_quiet(after.usable)?;
        let mut run = stage.run(&after, after.usable)?;
        // No REGISTER is needed, so no half round trip either.
        run.limit_ms = 0.0;
        if run.registers > 1 || run.challenges > 0 {
            run.faults.push(format!(
                "a new name made {} REGISTERs and {} 401s",
                run.registers, run.challenges
            ));
        }
        stage.check(&after, &mut run)?;
        run.faults.extend(not_of_kind(&stage, new, "ethernet")?);
        Ok(run)
    })
}

/// The same as udev does it: the interface is set down, renamed and set up again.
///
/// # Errors
/// When the line is lost.
pub fn rename_down(binary: &Path, pbx: Pbx, times: u32) -> Result<Vec<Run>> {
    let stage = Stage::set(binary, ROUND_TRIP, pbx)?;
    let uplink = Uplink::Wlan;
    let mut names = ["wlan0", RENAMED].into_iter().cycle();
    let mut old = names.next().unwrap_or_default();
    repeat(times, || {
        let new = names.next().unwrap_or_default();
        let gateway = uplink.gateway();
        let renamed = format!(
            "link set dev {old} down\nlink set dev {old} name {new}\nlink set dev {new} up\n"
        );
        let route = format!("route add default via {gateway} dev {new} metric {PREFERRED}\n");
        old = new;
        let act = |lab: &Lab| {
            lab.laptop.ip(&renamed)?;
            thread::sleep(LEASE);
            lab.laptop.ip(&route)
        };
        let after = stage.change(uplink, act, new_route(uplink))?;
        let mut run = stage.judge(&after)?;
        let line = stage.line_when("at the new name", PATIENCE, |line| {
            interface(line) == Some(new)
        })?;
        if state(&line) != Some("registered") {
            run.faults.push(format!("the line is {:?}", state(&line)));
        }
        if run.registers > 1 {
            let registers = run.registers;
            run.faults.push(format!("{registers} REGISTERs were sent"));
        }
        Ok(run)
    })
}

fn state(line: &Value) -> Option<&str> {
    line.get("state")?.as_str()
}

/// Where the line's first flow leaves.
fn interface(line: &Value) -> Option<&str> {
    line.pointer("/flows/0/interface")?.as_str()
}

/// What `status` must say of an interface.
fn not_of_kind(stage: &Stage, name: &str, kind: &str) -> Result<Option<String>> {
    let status = stage.status()?;
    let interfaces = status
        .pointer("/network/interfaces")
        .and_then(Value::as_array)
        .context("status has no interfaces")?;
    let found = interfaces
        .iter()
        .find(|interface| interface.get("name").and_then(Value::as_str) == Some(name))
        .and_then(|interface| interface.get("kind")?.as_str());
    Ok((found != Some(kind)).then(|| format!("status says that {name} is {found:?}, not {kind}")))
}
