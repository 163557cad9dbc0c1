//! `status`: how the lines stand, once or whenever that changes.

use bellhop_control::error::{Code, Error};
use bellhop_control::protocol::Event;
use bellhop_control::snapshot::Snapshot;

use crate::args::StatusArgs;
use crate::clock::Clock;
use crate::engine::Place;
use crate::failure::Failure;
use crate::output::{self, Paint};

mod text;

/// Home and clear: a watched status stands still on a terminal.
const AGAIN: &str = "\u{1b}[H\u{1b}[2J";

pub(crate) fn status(args: &StatusArgs, place: &Place) -> Result<(), Failure> {
    let clock = Clock::start();
    let mut engine = place.connect()?;
    if !args.watch {
        let snapshot = engine.snapshot()?;
        return show(&snapshot, args.json, clock);
    }
    let (runtime, client) = engine.into_parts();
    runtime.block_on(async {
        let mut subscription = client.subscribe().await?;
        loop {
            match subscription.next().await? {
                Event::Snapshot { snapshot } => {
                    if !args.json && output::is_terminal() {
                        output::print(AGAIN)?;
                    }
                    show(&snapshot, args.json, clock.ticked())?;
                }
                // A snapshot tells programs the same; a person on a terminal would lose the sentence with the next one.
                Event::Notice { notice } => {
                    if !args.json && !output::is_terminal() {
                        output::say(&format!("{}: {}", notice.line(), notice.sentence()));
                    }
                }
            }
        }
    })
}

fn show(snapshot: &Snapshot, json: bool, clock: Clock) -> Result<(), Failure> {
    if json {
        let object = serde_json::to_string(snapshot)
            .map_err(|error| Error::new(Code::Internal, [("why", error.to_string())]))?;
        output::print(&object)
    } else {
        output::print(&text::of(snapshot, clock, Paint::of_stdout()))
    }
}
