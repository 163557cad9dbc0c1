//! What is measured: a change of network, at a registrar with its habit about nonces, at a round trip.

use std::time::Duration;

use crate::company::{Pbx, asterisk, kamailio};

/// What happens to the laptop's networks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scenario {
    /// The client was started without a network; the first one comes.
    Start,
    /// From one NAT to the other, break before make.
    Switch,
    /// The same network gives another address.
    Renumber,
    /// Both networks are up; the one in use is left.
    Lose,
}

impl Scenario {
    /// As the table has it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Start => "first network after the start",
            Self::Switch => "switch between two NATs",
            Self::Renumber => "another address",
            Self::Lose => "one of two networks lost",
        }
    }
}

/// What the registrar thinks of the nonce that the client has when its network changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Nonce {
    /// The client has none.
    None,
    /// It still holds.
    Warm,
    /// It has expired.
    Cold,
    /// It holds for one source address, as the registrar sees it.
    IpBound,
}

impl Nonce {
    /// How long one holds where they expire, in seconds: the shortest that Kamailio counts reliably.
    pub const SHORT_SECONDS: u32 = 1;

    /// The registrar that treats nonces so.
    #[must_use]
    pub fn pbx(self) -> Pbx {
        let nonce_seconds = match self {
            Self::None | Self::Warm => kamailio::Habits::default().nonce_seconds,
            Self::Cold => Self::SHORT_SECONDS,
            Self::IpBound => {
                return Pbx::Asterisk(asterisk::Habits {
                    max_contacts: 5,
                    remove_existing: true,
                    ..asterisk::Habits::default()
                });
            }
        };
        Pbx::Kamailio(kamailio::Habits {
            nonce_seconds,
            ..kamailio::Habits::default()
        })
    }

    /// Registrar and habit, as the table has them.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::None => "Kamailio, no nonce yet",
            Self::Warm => "Kamailio, warm",
            Self::Cold => "Kamailio, cold",
            Self::IpBound => "Asterisk, IP-bound",
        }
    }
}

/// One line of the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Case {
    /// What happens.
    pub scenario: Scenario,
    /// At which registrar.
    pub nonce: Nonce,
    /// How far away it is.
    pub round_trip: Duration,
}

impl Case {
    /// 401s that no client can avoid.
    #[must_use]
    pub fn challenges(self) -> u32 {
        match (self.scenario, self.nonce) {
            // Behind the same NAT, the registrar sees the same address as before.
            (_, Nonce::Warm) | (Scenario::Renumber, Nonce::IpBound) => 0,
            (_, Nonce::None | Nonce::Cold | Nonce::IpBound) => 1,
        }
    }

    /// Milliseconds that no client can beat: half a round trip until the registrar has the request, and a whole one for each 401.
    #[must_use]
    pub fn limit_ms(self) -> f64 {
        self.round_trip.as_secs_f64() * 1e3 * (0.5 + f64::from(self.challenges()))
    }

    /// Round trip in milliseconds, as the table has it.
    #[must_use]
    pub fn round_trip_ms(self) -> u128 {
        self.round_trip.as_millis()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn limit(scenario: Scenario, nonce: Nonce) -> f64 {
        let round_trip = Duration::from_millis(40);
        Case {
            scenario,
            nonce,
            round_trip,
        }
        .limit_ms()
    }

    #[test]
    fn a_challenge_costs_a_round_trip_more() {
        assert_eq!(limit(Scenario::Switch, Nonce::Warm), 20.0);
        assert_eq!(limit(Scenario::Switch, Nonce::Cold), 60.0);
        assert_eq!(limit(Scenario::Start, Nonce::None), 60.0);
    }

    #[test]
    fn an_ip_bound_nonce_outlives_another_address_behind_the_same_nat() {
        assert_eq!(limit(Scenario::Lose, Nonce::IpBound), 60.0);
        assert_eq!(limit(Scenario::Renumber, Nonce::IpBound), 20.0);
    }
}
