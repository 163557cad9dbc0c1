//! The NAT forgets; the laptop's own network stays as it is.

use std::path::Path;
use std::time::SystemTime;

use anyhow::Result;

use super::{ROUND_TRIP, repeat};
use crate::company::{Call, Pbx};
use crate::laptop::Uplink;
use crate::measure::Run;
use crate::stage::{After, Stage};

/// Longest time between two keep-alives (RFC 5626 §4.4.2), and the round trip that tells of the new address.
const LONGEST_KEEPALIVE_MS: f64 = 29_040.0;

/// So many calls may arrive until the NAT has really forgotten.
const CALLS: u32 = 20;
/// A busy machine may lose a keep-alive's first copies, which follow after 0.5 and 1.5 s; the next keep-alive is far from that.
const LATE_MS: f64 = 3_000.0;

/// The NAT forgets its mappings and uses other ports from then on, with link, address and route as they were. Calls fail until the
/// line notices: that also shows that the lab's own check can fail.
///
/// # Errors
/// When the line is lost.
pub fn nat_drop(binary: &Path, pbx: Pbx, times: u32) -> Result<Vec<Run>> {
    let mut stage = Stage::set(binary, ROUND_TRIP, pbx)?;
    let uplink = Uplink::Wlan;
    let mut ports = [40_000..=49_999, 20_000..=29_999].into_iter().cycle();
    repeat(times, || {
        let usable = SystemTime::now();
        stage
            .lab
            .nat_a
            .drop_mappings(ports.next().unwrap_or(50_000..=59_999))?;
        let after = After {
            began: usable,
            usable,
            uplink,
            address: uplink.address().into(),
        };
        let still_heard = is_heard_at_last(&stage, &after)?;
        let mut run = stage.settle(&after)?;
        if still_heard {
            run.faults
                .push("a call arrived over a mapping that the NAT had forgotten".to_owned());
        }
        run.limit_ms += LONGEST_KEEPALIVE_MS;
        run.fault_if_over(LATE_MS);
        stage.check(&after, &mut run)?;
        Ok(run)
    })
}

/// Whether calls still arrive. The kernel forgets mappings beside its other work: on a busy machine the first call may be faster.
fn is_heard_at_last(stage: &Stage, after: &After) -> Result<bool> {
    for _ in 0..CALLS {
        if matches!(stage.call(after)?, Call::Failed(_)) {
            return Ok(false);
        }
    }
    Ok(true)
}
