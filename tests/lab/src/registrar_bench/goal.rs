//! What the registrar is to reach beside Kamailio, and whether it did.

use super::lookup::Lookup;
use super::{Contestant, Findings};

/// A goal, with what was found.
pub(super) struct Goal {
    what: String,
    /// `None` where it was not measured.
    found: Option<f64>,
    limit: Limit,
}

#[derive(Clone, Copy)]
enum Limit {
    AtMost(f64),
    AtLeast(f64),
}

impl Goal {
    pub(super) fn line(&self) -> String {
        let Some(found) = self.found else {
            return format!("{}: not measured", self.what);
        };
        let (is_met, limit) = match self.limit {
            Limit::AtMost(limit) => (found <= limit, format!("at most {limit}")),
            Limit::AtLeast(limit) => (found >= limit, format!("at least {limit}")),
        };
        let word = if is_met { "met" } else { "NOT MET" };
        format!("{}: {found:.2} ({limit}): {word}", self.what)
    }
}

/// All of them.
pub(super) fn all(findings: &Findings) -> Vec<Goal> {
    use Contestant::{Bellhop, BellhopDurable, Kamailio, Library};
    let cpu = |one| findings.median(one, |sample| sample.refresh.server_micros());
    let rate = |one| findings.median(one, |sample| sample.refresh.rate());
    let beside = |ours: Option<f64>| move |theirs: f64| Some(ours? / theirs);
    let mut goals = vec![
        Goal {
            what: "server CPU per refresh in memory, ÷ Kamailio".to_owned(),
            found: cpu(Kamailio).and_then(beside(cpu(Bellhop))),
            limit: Limit::AtMost(0.25),
        },
        Goal {
            what: "refreshes a second in memory, ÷ Kamailio".to_owned(),
            found: rate(Kamailio).and_then(beside(rate(Bellhop))),
            limit: Limit::AtLeast(2.0),
        },
        Goal {
            what: "refreshes a second with the durable store, ÷ Kamailio without one".to_owned(),
            found: rate(Kamailio).and_then(beside(rate(BellhopDurable))),
            limit: Limit::AtLeast(1.0),
        },
    ];
    for &bindings in &findings.options.memory_at {
        for one in [BellhopDurable, Library] {
            let Some(bytes) = findings.bytes_at(one, bindings) else {
                continue;
            };
            goals.push(Goal {
                what: format!("bytes a binding at {bindings}, {}", one.name()),
                found: u32::try_from(bytes).ok().map(f64::from),
                limit: Limit::AtMost(600.0),
            });
        }
    }
    goals.push(Goal {
        what: "lookup among the most records ÷ among 1,000".to_owned(),
        found: Lookup::growth(&findings.lookups),
        limit: Limit::AtMost(LOOKUP_GROWTH),
    });
    goals
}

/// Flat but for what caches do: a table of a million records is in none, so that a lookup waits for memory a few times.
const LOOKUP_GROWTH: f64 = 10.0;
