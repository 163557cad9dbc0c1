//! What one change took, and what all changes of one client in one case took together.

use std::time::Duration;

use super::case::Case;
use super::client::Client;
use crate::measure::Spread;

/// One change.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Sample {
    /// Milliseconds from the usable network to the binding stored; none when that did not come within the patience.
    pub took_ms: Option<f64>,
    /// 401s before the binding was stored.
    pub challenges: usize,
    /// Other contacts that the registrar held afterwards: calls ring there, where nobody is.
    pub left_behind: usize,
    /// What is wrong.
    pub faults: Vec<String>,
}

/// One client in one case.
#[derive(Clone, Debug, PartialEq)]
pub struct Cell {
    /// Who.
    pub client: Client,
    /// In what.
    pub case: Case,
    /// What came of it.
    pub samples: Vec<Sample>,
    /// Why there is not more.
    pub broken: Option<String>,
}

impl Cell {
    /// Median, 95th percentile and the like; a change that did not come through counts as endless.
    #[must_use]
    pub fn spread(&self) -> Option<Spread> {
        let took = |sample: &Sample| sample.took_ms.unwrap_or(f64::INFINITY);
        Spread::of(self.samples.iter().map(took))
    }

    /// Most contacts that a change left behind.
    #[must_use]
    pub fn left_behind(&self) -> usize {
        let left = self.samples.iter().map(|sample| sample.left_behind);
        left.max().unwrap_or(0)
    }

    /// Changes after which nothing was wrong.
    #[must_use]
    pub fn right(&self) -> usize {
        let right = |sample: &&Sample| sample.took_ms.is_some() && sample.faults.is_empty();
        self.samples.iter().filter(right).count()
    }

    /// What is wrong, each with where.
    pub fn faults(&self) -> impl Iterator<Item = String> + '_ {
        let faults = self.samples.iter().flat_map(|sample| &sample.faults);
        faults.chain(&self.broken).map(|fault| {
            let Case {
                scenario, nonce, ..
            } = self.case;
            let round_trip = self.case.round_trip_ms();
            format!(
                "{}, {}, {}, round trip {round_trip} ms: {fault}",
                self.client.name(),
                scenario.name(),
                nonce.name()
            )
        })
    }

    /// A line for the person who waits.
    #[must_use]
    pub fn line(&self) -> String {
        let Case {
            scenario, nonce, ..
        } = self.case;
        let took = self.spread().map_or("nothing measured".into(), |spread| {
            format!(
                "median {}, p95 {}",
                shown(spread.median, self.client.patience()),
                shown(spread.p95, self.client.patience())
            )
        });
        format!(
            "{:<29} {:<23} {:>3} ms  {:<16} {took}",
            scenario.name(),
            nonce.name(),
            self.case.round_trip_ms(),
            self.client.name(),
        )
    }
}

/// Milliseconds below a second, seconds above; more than the patience where it did not come.
#[must_use]
pub(super) fn shown(milliseconds: f64, patience: Duration) -> String {
    if milliseconds.is_infinite() {
        format!("> {} s", patience.as_secs())
    } else if milliseconds < 1000.0 {
        format!("{milliseconds:.1} ms")
    } else {
        format!("{:.1} s", milliseconds / 1e3)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bench::{Nonce, Scenario};
    use crate::peer::Peer;

    fn cell(took: &[Option<f64>]) -> Cell {
        let sample = |&took_ms| Sample {
            took_ms,
            ..Sample::default()
        };
        Cell {
            client: Client::Phone(Peer::Baresip),
            case: Case {
                scenario: Scenario::Switch,
                nonce: Nonce::Warm,
                round_trip: Duration::ZERO,
            },
            samples: took.iter().map(sample).collect(),
            broken: None,
        }
    }

    #[test]
    fn what_never_came_counts_as_endless() {
        let cell = cell(&[Some(2000.0), None, None]);
        assert!(cell.spread().unwrap().median.is_infinite());
        assert_eq!(cell.right(), 1);
        assert!(cell.line().ends_with("median > 75 s, p95 > 75 s"));
    }

    #[test]
    fn a_change_with_a_fault_is_not_right_and_says_where() {
        let mut cell = cell(&[Some(20.5)]);
        cell.samples[0].faults.push("two bindings".into());
        assert_eq!(cell.right(), 0);
        let told: Vec<_> = cell.faults().collect();
        assert_eq!(
            told,
            ["baresip, switch between two NATs, Kamailio, warm, round trip 0 ms: two bindings"]
        );
    }

    #[test]
    fn times_have_the_unit_that_fits() {
        let patience = Duration::from_secs(75);
        assert_eq!(shown(20.64, patience), "20.6 ms");
        assert_eq!(shown(2440.0, patience), "2.4 s");
    }
}
