//! The carrier goes or comes without address and route, or the other way round.

use std::path::Path;
use std::thread;
use std::time::Duration;

use anyhow::Result;

use super::{BOTH, PATIENCE, ROUND_TRIP, link_down, new_route, prefer_again, repeat};
use crate::company::Pbx;
use crate::kernel::Change;
use crate::laptop::Uplink;
use crate::measure::Run;
use crate::stage::Stage;
use crate::verbs::{PREFERRED, SPARE};

/// Both networks are up; the one in use loses its carrier and keeps address and route.
///
/// # Errors
/// When the line is lost.
pub fn fade(binary: &Path, pbx: Pbx, times: u32) -> Result<Vec<Run>> {
    let stage = Stage::set(binary, ROUND_TRIP, pbx)?;
    let mut uplink = Uplink::Wlan;
    repeat(times, || {
        let faded = uplink;
        uplink = uplink.other();
        stage.lab.join(uplink, SPARE)?;
        thread::sleep(BOTH);
        let run = stage.judge(&stage.change(uplink, |lab| lab.fade(faded), link_down(faded))?)?;
        stage.lab.leave(faded)?;
        stage.lab.reappear(faded)?;
        prefer_again(&stage, uplink)?;
        Ok(run)
    })
}

/// The carrier is lost with nothing else there, and comes back: the path is what it was, and the binding is made anew at once.
///
/// # Errors
/// When the line is lost.
pub fn reappear(binary: &Path, pbx: Pbx, times: u32) -> Result<Vec<Run>> {
    let stage = Stage::set(binary, ROUND_TRIP, pbx)?;
    let uplink = Uplink::Wlan;
    repeat(times, || {
        stage.lab.fade(uplink)?;
        stage.wait_for_state("offline", PATIENCE)?;
        thread::sleep(BOTH);
        let back = |change: &Change| *change == Change::LinkUp(uplink.index());
        stage.judge(&stage.change(uplink, |lab| lab.reappear(uplink), back)?)
    })
}

/// Link and address come without a route: offline, until the route comes.
///
/// # Errors
/// When the line is lost.
pub fn no_route(binary: &Path, pbx: Pbx, times: u32) -> Result<Vec<Run>> {
    let stage = Stage::set(binary, ROUND_TRIP, pbx)?;
    let mut uplink = Uplink::Wlan;
    repeat(times, || {
        stage.lab.leave(uplink)?;
        uplink = uplink.other();
        stage.lab.join_without_route(uplink)?;
        stage.wait_for_state("offline", Duration::from_secs(2))?;
        thread::sleep(BOTH);
        let after = stage.change(
            uplink,
            |lab| lab.add_route(uplink, PREFERRED),
            new_route(uplink),
        )?;
        stage.judge(&after)
    })
}
