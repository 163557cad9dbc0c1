//! The registrar is restarted: with nothing left of what it knew, or with the contacts kept.

use std::path::Path;
use std::time::{Duration, SystemTime};

use anyhow::{Result, bail};

use super::{ROUND_TRIP, repeat};
use crate::company::{Call, Pbx};
use crate::laptop::Uplink;
use crate::measure::Run;
use crate::stage::{After, Stage};

/// What the company grants where a refresh is waited for, in seconds.
const SHORT_EXPIRES: u32 = 10;
/// Between two questions what the registrar holds: four keep-alives of at most 29 s (RFC 5626 §4.4.2).
const LONGEST_UNASKED: Duration = Duration::from_secs(4 * 29);

/// The registrar is restarted and has forgotten everything; the next refresh restores the binding.
///
/// # Errors
/// When the line is lost.
pub fn restart_forgetting(binary: &Path, pbx: Pbx, times: u32) -> Result<Vec<Run>> {
    let mut stage = Stage::set(binary, ROUND_TRIP, pbx.granting(SHORT_EXPIRES))?;
    repeat(times, || {
        let after = restarted(&mut stage, true)?;
        let mut run = stage.settle(&after)?;
        run.limit_ms += f64::from(SHORT_EXPIRES) * 1e3;
        run.fault_if_another_kind();
        stage.check(&after, &mut run)?;
        Ok(run)
    })
}

/// The registrar is restarted, has forgotten everything, and grants bindings for so long that no refresh comes: the line finds out by
/// asking.
///
/// # Errors
/// When the line is lost.
pub fn restart_forgetting_unrefreshed(binary: &Path, pbx: Pbx, times: u32) -> Result<Vec<Run>> {
    let mut stage = Stage::set(binary, ROUND_TRIP, pbx)?;
    repeat(times, || {
        let after = restarted(&mut stage, true)?;
        let mut run = stage.settle_within(LONGEST_UNASKED * 2, &after)?;
        run.limit_ms += LONGEST_UNASKED.as_secs_f64() * 1e3;
        run.fault_if_another_kind();
        stage.check(&after, &mut run)?;
        Ok(run)
    })
}

/// The registrar is restarted and has kept its contacts: the line is called at once, without anything from the laptop.
///
/// # Errors
/// When the line is lost.
pub fn restart_keeping(binary: &Path, pbx: Pbx, times: u32) -> Result<Vec<Run>> {
    let mut stage = Stage::set(binary, ROUND_TRIP, pbx)?;
    repeat(times, || {
        let after = restarted(&mut stage, false)?;
        let at = match stage.call(&after)? {
            Call::Answered { at, .. } => at,
            Call::Failed(why) => bail!("right after the restart {why}"),
        };
        let mut run = stage.run(&after, at)?;
        // There and back.
        run.limit_ms = stage.lab.round_trip().as_secs_f64() * 1e3;
        run.fault_if_another_kind();
        stage.check(&after, &mut run)?;
        Ok(run)
    })
}

fn restarted(stage: &mut Stage, forgets: bool) -> Result<After> {
    let (began, uplink) = (SystemTime::now(), Uplink::Wlan);
    stage.restart_registrar(forgets)?;
    Ok(After {
        began,
        usable: SystemTime::now(),
        uplink,
        address: uplink.address().into(),
    })
}
