//! When words about time are no longer true.

use std::time::Duration;

use time::OffsetDateTime;

use crate::face::{Here, still_moving, until_other_words};
use crate::snapshot::Snapshot;

use super::line::due;
use super::{Known, no_engine};

/// How long a view of `known` says the same if nothing happens; none if it always does.
pub fn stays(known: &Known, here: Here) -> Option<Duration> {
    let lines = known.snapshot.as_ref();
    let lines = lines.map(|snapshot| next_change(snapshot, here));
    let engine = no_engine::stays(known, here);
    lines.into_iter().chain(engine).min()
}

/// How long a view of `snapshot` says the same if nothing happens: until a countdown has other words, or today is yesterday.
pub fn next_change(snapshot: &Snapshot, here: Here) -> Duration {
    let deadlines = snapshot.lines.iter().flat_map(|line| {
        let due = due(line, here.now).map(|(at, _)| at);
        [line.retry_at, due]
    });
    let moves = snapshot.lines.iter();
    let moves = moves.filter_map(|line| still_moving(line, here));
    deadlines
        .flatten()
        .filter_map(|at| until_other_words(at.since(here.now)))
        .chain(moves)
        .chain([until_midnight(here)])
        .min()
        .unwrap_or(Duration::MAX)
}

fn until_midnight(here: Here) -> Duration {
    let now: OffsetDateTime = here.now.as_utc().to_offset(here.offset);
    let spent = now - now.replace_time(time::Time::MIDNIGHT);
    let spent = Duration::try_from(spent).unwrap_or_default();
    Duration::from_secs(24 * 3600).saturating_sub(spent)
}
