//! How much is run.

use std::time::Duration;

use super::case::{Case, Nonce, Scenario};

/// What a person can choose.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Options {
    /// Changes per case for the floor and for Bellhop.
    pub times: u32,
    /// Changes per case for each phone: they take up to a minute and more.
    pub phone_times: u32,
    /// One change at one round trip only.
    pub quick: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            times: 10,
            phone_times: 3,
            quick: false,
        }
    }
}

impl Options {
    /// A few changes, to see that all of it works.
    #[must_use]
    pub fn quick() -> Self {
        Self {
            times: 5,
            phone_times: 1,
            quick: true,
        }
    }

    /// Every case, in the order of the table; without the wire there is only the round trip 0.
    #[must_use]
    pub fn cases(self, wire: bool) -> Vec<Case> {
        let round_trips: &[u64] = match (wire, self.quick) {
            (false, _) => &[0],
            (true, true) => &[40],
            (true, false) => &[0, 20, 40, 150],
        };
        let changes: &[Scenario] = if self.quick {
            &[Scenario::Switch]
        } else {
            &[Scenario::Switch, Scenario::Renumber, Scenario::Lose]
        };
        let with_nonces = changes.iter().flat_map(|&scenario| {
            [Nonce::Warm, Nonce::Cold, Nonce::IpBound].map(|nonce| (scenario, nonce))
        });
        let kinds = [(Scenario::Start, Nonce::None)];
        let kinds = with_nonces.chain(kinds);
        let at = |(scenario, nonce), &milliseconds: &u64| Case {
            scenario,
            nonce,
            round_trip: Duration::from_millis(milliseconds),
        };
        kinds
            .flat_map(|kind| {
                round_trips
                    .iter()
                    .map(move |round_trip| at(kind, round_trip))
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_change_meets_every_registrar_at_every_distance() {
        assert_eq!(Options::default().cases(true).len(), (3 * 3 + 1) * 4);
    }

    #[test]
    fn without_the_wire_nothing_is_far_away() {
        let cases = Options::default().cases(false);
        assert_eq!(cases.len(), 10);
        assert!(cases.iter().all(|case| case.round_trip.is_zero()));
    }
}
