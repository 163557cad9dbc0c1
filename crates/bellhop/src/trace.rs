//! `trace`: the newest SIP messages as a ladder, or as a capture.

use bellhop_control::protocol::{Reply, Request, TraceEntry};

use crate::args::TraceArgs;
use crate::clock::Clock;
use crate::engine::{self, Place};
use crate::failure::Failure;
use crate::output;
use destination::Destination;
use message::Bodies;

mod capture;
mod destination;
mod ladder;
mod message;

pub(crate) fn trace(args: &TraceArgs, place: &Place) -> Result<(), Failure> {
    match &args.pcap {
        None => show(&entries(place)?),
        Some(file) => {
            // Before anything is asked: what can't be written need not be fetched.
            let destination = Destination::of(file, args.force)?;
            let bodies = if args.bodies {
                Bodies::Kept
            } else {
                Bodies::LeftOut
            };
            write(&entries(place)?, bodies, destination)
        }
    }
}

fn entries(place: &Place) -> Result<Vec<TraceEntry>, Failure> {
    let reply = place.connect()?.request(Request::Trace)?;
    let Reply::Trace { entries } = reply else {
        return Err(engine::unexpected(&reply).into());
    };
    Ok(entries)
}

fn show(entries: &[TraceEntry]) -> Result<(), Failure> {
    if entries.is_empty() {
        output::say("nothing was sent or received yet");
        return Ok(());
    }
    output::print(&ladder::of(entries, Clock::start()))
}

fn write(
    entries: &[TraceEntry],
    bodies: Bodies,
    destination: Destination<'_>,
) -> Result<(), Failure> {
    let capture = capture::of(entries, bodies)
        .map_err(|error| Failure::refused(format!("the capture can't be written: {error}")))?;
    destination.write(&capture.bytes)?;
    for sentence in capture.sentences() {
        output::say(&sentence);
    }
    Ok(())
}
