//! The scenarios: each builds a lab of its own, changes the network some times, and returns what every change took.

mod carrier;
mod floor;
mod forgotten;
mod loss;
mod moves;
mod networks;
mod reaction;
mod restart;
mod rivals;
mod tentative;

use std::time::{Duration, SystemTime};

use anyhow::Result;

use crate::kernel::Change;
use crate::laptop::Uplink;
use crate::measure::Run;
use crate::stage::Stage;
use crate::wire::Wire;

pub use carrier::{fade, no_route, reappear};
pub use floor::floor;
pub use forgotten::nat_drop;
pub use loss::loss;
pub use moves::{overlap, renumber, switch, switch_ipv6};
pub use networks::{rename, rename_down, renames_what_is_up, vpn};
pub use reaction::{Reaction, reaction};
pub use restart::{restart_forgetting, restart_forgetting_unrefreshed, restart_keeping};
pub use rivals::rivals;
pub use tentative::{ipv4_beside_tentative, ipv6_once_usable};

/// Round trip to the company.
pub const ROUND_TRIP: Duration = Duration::from_millis(40);
/// Time without any network in a switch.
const GAP: Duration = Duration::from_millis(200);
/// Longest wait for what must come at once.
const PATIENCE: Duration = Duration::from_secs(3);
/// Time with both networks up, or with a link that leads nowhere.
const BOTH: Duration = Duration::from_millis(500);
/// Decides which packets get lost.
const SEED: u64 = 1;

/// The round trip that this machine allows: [`ROUND_TRIP`], or none where the wire can't be laid.
#[must_use]
pub fn round_trip() -> Duration {
    if Wire::is_possible() {
        ROUND_TRIP
    } else {
        Duration::ZERO
    }
}

fn repeat(times: u32, mut change: impl FnMut() -> Result<Run>) -> Result<Vec<Run>> {
    (0..times).map(|_| change()).collect()
}

fn new_route(uplink: Uplink) -> impl Fn(&Change) -> bool {
    route_over(uplink.index())
}

fn route_over(interface: u32) -> impl Fn(&Change) -> bool {
    move |change| *change == Change::RouteAdded(interface)
}

fn link_down(uplink: Uplink) -> impl Fn(&Change) -> bool {
    link_down_of(uplink.index())
}

fn link_down_of(interface: u32) -> impl Fn(&Change) -> bool {
    move |change| *change == Change::LinkDown(interface)
}

/// Makes the spare network the preferred one, as it is for the next change. The path stays, so nothing needs to be sent.
fn prefer_again(stage: &Stage, uplink: Uplink) -> Result<()> {
    let since = SystemTime::now();
    stage.lab.prefer(uplink)?;
    stage.wait_until_quiet(since)
}
