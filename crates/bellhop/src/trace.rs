//! `trace`: the newest SIP messages as a ladder.

use bellhop_control::protocol::{Reply, Request};

use crate::clock::Clock;
use crate::engine::{self, Place};
use crate::failure::Failure;
use crate::output;

mod ladder;

pub(crate) fn trace(capture: bool, place: &Place) -> Result<(), Failure> {
    if capture {
        return Err(Failure::later("bellhop trace --pcap"));
    }
    let clock = Clock::start();
    let reply = place.connect()?.request(Request::Trace)?;
    let Reply::Trace { entries } = reply else {
        return Err(engine::unexpected(&reply).into());
    };
    if entries.is_empty() {
        output::say("nothing was sent or received yet");
        return Ok(());
    }
    output::print(&ladder::of(&entries, clock))
}
