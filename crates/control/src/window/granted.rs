//! How far away refreshes were: what is left is told by the snapshot, of how much is not.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::snapshot::Snapshot;
use crate::timestamp::Timestamp;

/// The next refresh of each line, and how far away it was when it was first seen.
#[derive(Clone, Debug, Default)]
pub struct Granted(BTreeMap<String, (Timestamp, Duration)>);

impl Granted {
    /// Takes note of what `snapshot` has. To be called with each one, as it comes.
    pub fn note(&mut self, snapshot: &Snapshot, now: Timestamp) {
        self.0
            .retain(|id, _| snapshot.lines.iter().any(|line| line.id == *id));
        for line in &snapshot.lines {
            let due = line.flows.first().and_then(|flow| flow.refresh_at);
            let Some(due) = due else {
                self.0.remove(&line.id);
                continue;
            };
            if self.0.get(&line.id).is_none_or(|(seen, _)| *seen != due) {
                self.0.insert(line.id.clone(), (due, due.since(now)));
            }
        }
    }

    /// What is left of the time to it, 0 to 1.
    pub(super) fn share(&self, line: &str, left: Duration) -> f64 {
        let whole = self.0.get(line).map(|(_, whole)| whole.as_secs_f64());
        let whole = whole.filter(|whole| *whole > 0.0);
        let share = whole.map_or(1.0, |whole| left.as_secs_f64() / whole);
        // Finer than it can be drawn would be a change without one.
        (share.clamp(0.0, 1.0) * 1000.0).round() / 1000.0
    }
}
