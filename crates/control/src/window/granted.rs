//! How far away refreshes were: what is left is told by the snapshot, of how much is not.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::snapshot::Snapshot;
use crate::timestamp::Timestamp;

/// How far away the next refresh and the end of each line's binding were when they were first seen.
#[derive(Clone, Debug, Default)]
pub struct Granted(BTreeMap<String, Seen>);

#[derive(Clone, Debug)]
struct Seen {
    ends: Distance,
    refresh: Option<Distance>,
}

#[derive(Clone, Copy, Debug)]
struct Distance {
    at: Timestamp,
    whole: Duration,
}

impl Granted {
    /// Takes note of what `snapshot` has. To be called with each one, as it comes.
    pub fn note(&mut self, snapshot: &Snapshot, now: Timestamp) {
        self.0
            .retain(|id, _| snapshot.lines.iter().any(|line| line.id == *id));
        for line in &snapshot.lines {
            let flow = line.flows.first();
            let Some(ends) = flow.and_then(|flow| flow.expires_at) else {
                self.0.remove(&line.id);
                continue;
            };
            let before = self.0.remove(&line.id);
            let mut seen = before.filter(|seen| seen.ends.at == ends).unwrap_or(Seen {
                ends: Distance::seen(ends, now),
                refresh: None,
            });
            if let Some(at) = flow.and_then(|flow| flow.refresh_at)
                && seen.refresh.is_none_or(|refresh| refresh.at != at)
            {
                seen.refresh = Some(Distance::seen(at, now));
            }
            self.0.insert(line.id.clone(), seen);
        }
    }

    /// What is left of the time to the refresh, 0 to 1.
    pub(super) fn to_refresh(&self, line: &str, left: Duration) -> f64 {
        let refresh = self.0.get(line).and_then(|seen| seen.refresh);
        refresh.map_or(1.0, |refresh| refresh.share(left))
    }

    /// What is left of a binding of which no refresh is due: nothing if it is being refreshed, else what is left of all of it.
    pub(super) fn to_end(&self, line: &str, left: Duration) -> f64 {
        self.0.get(line).map_or(1.0, |seen| match seen.refresh {
            Some(_) => 0.0,
            None => seen.ends.share(left),
        })
    }
}

impl Distance {
    fn seen(at: Timestamp, now: Timestamp) -> Distance {
        let whole = at.since(now);
        Distance { at, whole }
    }

    fn share(self, left: Duration) -> f64 {
        let whole = self.whole.as_secs_f64();
        let share = if whole > 0.0 {
            left.as_secs_f64() / whole
        } else {
            0.0
        };
        // Finer than it can be drawn would be a change without one.
        (share.clamp(0.0, 1.0) * 1000.0).round() / 1000.0
    }
}
