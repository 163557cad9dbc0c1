//! A network that loses packets.

use std::path::Path;

use anyhow::Result;

use super::{GAP, ROUND_TRIP, new_route, repeat};
use crate::company::{Pbx, kamailio};
use crate::laptop::Uplink;
use crate::measure::Run;
use crate::stage::Stage;
use crate::wire::Wire;

/// Share of packets lost, each way.
const LOSS: f64 = 0.3;
/// Under loss a change may take as long as a lost transaction and the next try.
const LOSS_LIMIT_MS: f64 = 40_000.0;

/// A switch while three of ten packets get lost, each way. Where no wire can be laid there is no loss, and nothing to measure.
///
/// # Errors
/// When the line is lost.
pub fn loss(binary: &Path, times: u32, counts_nonces: bool) -> Result<Vec<Run>> {
    if !Wire::is_possible() {
        return Ok(Vec::new());
    }
    let stage = Stage::set(
        binary,
        ROUND_TRIP,
        Pbx::Kamailio(kamailio::Habits {
            counts_nonces,
            ..kamailio::Habits::default()
        }),
    )?;
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
        stage.check(&after, &mut run)?;
        Ok(run)
    })
}
