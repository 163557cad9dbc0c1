//! `status`: how the lines stand, once or whenever that changes.

use bellhop_control::error::{Code, Error};
use bellhop_control::protocol::Event;
use bellhop_control::snapshot::Snapshot;

use crate::args::StatusArgs;
use crate::clock::Clock;
use crate::engine::{Connection, Place};
use crate::failure::Failure;
use crate::output::{self, Paint, Tone};

mod home;
mod notes;
mod text;

/// Home and clear: a watched status stands still on a terminal.
const AGAIN: &str = "\u{1b}[H\u{1b}[2J";

pub(crate) fn status(args: &StatusArgs, place: &Place) -> Result<(), Failure> {
    let clock = Clock::start();
    let mut engine = place.connect()?;
    if args.watch {
        watch(args, engine, clock)
    } else {
        output::print(&rendered(&engine.snapshot()?, args.json, clock)?)
    }
}

fn watch(args: &StatusArgs, engine: Connection, clock: Clock) -> Result<(), Failure> {
    let (runtime, client) = engine.into_parts();
    let redrawn = !args.json && output::is_terminal();
    let mut shown = String::new();
    runtime.block_on(async {
        let mut subscription = client.subscribe().await?;
        loop {
            match subscription.next().await? {
                Event::Snapshot { snapshot } => {
                    let text = rendered(&snapshot, args.json, clock.ticked())?;
                    // Some changes are for programs only.
                    if text != shown {
                        output::print(&if redrawn {
                            format!("{AGAIN}{text}")
                        } else {
                            text.clone()
                        })?;
                        shown = text;
                    }
                }
                // A snapshot tells programs the same; a person on a terminal would lose the sentence with the next one.
                Event::Notice { notice } => {
                    if !args.json && !redrawn {
                        output::say(&format!("{}: {}", notice.line(), notice.sentence()));
                    }
                }
            }
        }
    })
}

fn rendered(snapshot: &Snapshot, json: bool, clock: Clock) -> Result<String, Failure> {
    if json {
        let object = serde_json::to_string(snapshot);
        object.map_err(|error| Error::new(Code::Internal, [("why", error.to_string())]).into())
    } else {
        let paint = Paint::of_stdout();
        let mut rows = vec![text::of(snapshot, clock, paint)];
        rows.extend(home::of(&snapshot.home, clock));
        rows.extend(notes::of(snapshot).map(|note| paint.tone(Tone::Bad, &note)));
        Ok(rows.join("\n"))
    }
}
