//! The laptop moves: to another network, to another address of the same one, or to the one of two that is left.

use std::path::Path;
use std::thread;

use anyhow::Result;

use super::{BOTH, GAP, ROUND_TRIP, link_down, new_route, prefer_again, repeat};
use crate::company::Pbx;
use crate::laptop::Uplink;
use crate::measure::Run;
use crate::stage::{After, Internet, Stage};
use crate::verbs::{PREFERRED, SPARE};

/// From one NAT to the other, break before make.
///
/// # Errors
/// When the line is lost.
pub fn switch(binary: &Path, pbx: Pbx, times: u32) -> Result<Vec<Run>> {
    let stage = Stage::set(binary, ROUND_TRIP, pbx)?;
    let mut uplink = Uplink::Wlan;
    repeat(times, || {
        uplink = uplink.other();
        let after = stage.change(uplink, |lab| lab.switch(uplink, GAP), new_route(uplink))?;
        stage.judge(&after)
    })
}

/// From one network with IPv6 to another, break before make.
///
/// # Errors
/// When the line is lost.
pub fn switch_ipv6(binary: &Path, pbx: Pbx, times: u32) -> Result<Vec<Run>> {
    let stage = Stage::set_on(Internet::V6, binary, ROUND_TRIP, pbx)?;
    let mut uplink = Uplink::Wlan;
    repeat(times, || {
        uplink = uplink.other();
        let after = stage.change(
            uplink,
            |lab| lab.switch_ipv6(uplink, GAP, PREFERRED),
            new_route(uplink),
        )?;
        stage.judge(&after)
    })
}

/// The same network gives another address.
///
/// # Errors
/// When the line is lost.
pub fn renumber(binary: &Path, pbx: Pbx, times: u32) -> Result<Vec<Run>> {
    let stage = Stage::set(binary, ROUND_TRIP, pbx)?;
    let uplink = Uplink::Wlan;
    let mut addresses = [uplink.other_address(), uplink.address()]
        .into_iter()
        .cycle();
    repeat(times, || {
        let address = addresses.next().unwrap_or(uplink.address());
        let renumbered = stage.change(
            uplink,
            |lab| lab.renumber(uplink, address),
            new_route(uplink),
        )?;
        stage.judge(&After {
            address: address.into(),
            ..renumbered
        })
    })
}

/// Both networks are up; the one in use is left.
///
/// # Errors
/// When the line is lost.
pub fn overlap(binary: &Path, pbx: Pbx, times: u32) -> Result<Vec<Run>> {
    let stage = Stage::set(binary, ROUND_TRIP, pbx)?;
    let mut uplink = Uplink::Wlan;
    repeat(times, || {
        let lost = uplink;
        uplink = uplink.other();
        stage.lab.join(uplink, SPARE)?;
        thread::sleep(BOTH);
        let run = stage.judge(&stage.change(uplink, |lab| lab.leave(lost), link_down(lost))?)?;
        prefer_again(&stage, uplink)?;
        Ok(run)
    })
}
