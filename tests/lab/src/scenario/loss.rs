//! A network that loses packets.

use std::path::Path;
use std::time::Duration;

use anyhow::Result;

use super::{GAP, ROUND_TRIP, new_route, repeat};
use crate::company::Pbx;
use crate::laptop::Uplink;
use crate::measure::Run;
use crate::stage::Stage;

/// Share of packets lost, each way.
const LOSS: f64 = 0.3;
/// By then the last copy of a lost request has arrived, or its transaction has ended (RFC 3261 §17.1.2.2, timer F).
const LAST_COPY: Duration = Duration::from_secs(33);
/// Under loss a change may take as long as a lost transaction and the next try.
const LOSS_LIMIT_MS: f64 = 40_000.0;

/// A switch while three of ten packets get lost, each way.
///
/// # Errors
/// When the line is lost.
pub fn loss(binary: &Path, pbx: Pbx, times: u32) -> Result<Vec<Run>> {
    let stage = Stage::set(binary, ROUND_TRIP, pbx)?;
    let mut uplink = Uplink::Wlan;
    repeat(times, || {
        uplink = uplink.other();
        stage.lab.lose(LOSS)?;
        let after = stage.change(uplink, |lab| lab.switch(uplink, GAP), new_route(uplink))?;
        let mut run = stage.settle(&after)?;
        if run.took_ms > LOSS_LIMIT_MS {
            run.faults.push(format!("took {:.0} ms", run.took_ms));
        }
        stage.lab.lose(0.0)?;
        // The clean-up may have been lost too.
        stage.wait_until_alone(&after, LAST_COPY)?;
        stage.check(&after, &mut run)?;
        Ok(run)
    })
}
