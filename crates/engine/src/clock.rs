//! Wall time for what the machines say in `Instant`s.

use std::time::{Duration, Instant, SystemTime};

use bellhop_control::timestamp::Timestamp;
use bellhop_netwatch::time_asleep;

/// Smaller differences are the two clocks' jitter: following them would make every snapshot differ from the one before.
const STEP: Duration = Duration::from_millis(500);

/// What the engine reads besides the clock of `Instant`s. Tests have others.
#[derive(Clone, Copy, Debug)]
pub struct Clocks {
    /// The time of day. It may be set at any moment, and nothing is decided by it.
    pub wall: fn() -> SystemTime,
    /// How long the machine has been asleep since it was started, as far as that can be told: instants do not count it.
    pub asleep: fn() -> Option<Duration>,
}

impl Default for Clocks {
    fn default() -> Clocks {
        Clocks {
            wall: SystemTime::now,
            asleep: time_asleep,
        }
    }
}

/// One pair of readings. An unchanged instant keeps its wall time until the wall clock is set or the machine slept.
#[derive(Clone, Copy, Debug)]
pub(crate) struct WallClock {
    instant: Instant,
    wall: SystemTime,
}

impl WallClock {
    pub(crate) fn new(instant: Instant, wall: SystemTime) -> WallClock {
        WallClock { instant, wall }
    }

    /// Takes a new pair if the old one no longer holds, and says whether it did.
    pub(crate) fn adjust(&mut self, instant: Instant, wall: SystemTime) -> bool {
        let expected = self.wall_at(instant);
        let off = wall
            .duration_since(expected)
            .unwrap_or_else(|error| error.duration());
        let moved = off >= STEP;
        if moved {
            *self = WallClock { instant, wall };
        }
        moved
    }

    pub(crate) fn at(&self, instant: Instant) -> Timestamp {
        self.wall_at(instant).into()
    }

    /// As exactly as the clocks tell.
    pub(crate) fn wall_at(&self, instant: Instant) -> SystemTime {
        match instant.checked_duration_since(self.instant) {
            Some(after) => self.wall.checked_add(after),
            None => self.wall.checked_sub(self.instant.duration_since(instant)),
        }
        .unwrap_or(self.wall)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn jitter_changes_nothing_and_a_set_clock_does() {
        let (instant, wall) = (Instant::now(), SystemTime::now());
        let mut clock = WallClock::new(instant, wall);
        let later = instant + Duration::from_secs(60);
        let before = clock.at(later);
        clock.adjust(later, wall + Duration::from_millis(60_003));
        assert_eq!(clock.at(later), before);
        clock.adjust(later, wall + Duration::from_secs(3660));
        assert_eq!(
            clock.at(later),
            Timestamp::from(wall + Duration::from_secs(3660))
        );
    }

    #[test]
    fn a_clock_that_is_set_back_a_day_takes_every_time_with_it() {
        let (instant, wall) = (Instant::now(), SystemTime::now());
        let day = Duration::from_secs(86_400);
        let mut clock = WallClock::new(instant, wall);
        clock.adjust(instant, wall - day);
        for after in [Duration::ZERO, Duration::from_secs(600), day * 2] {
            assert_eq!(
                clock.at(instant + after),
                Timestamp::from(wall - day + after)
            );
        }
    }

    #[test]
    fn instants_before_the_pair_have_a_time_too() {
        let (instant, wall) = (Instant::now(), SystemTime::now());
        let clock = WallClock::new(
            instant + Duration::from_secs(1),
            wall + Duration::from_secs(1),
        );
        assert_eq!(clock.at(instant), Timestamp::from(wall));
    }
}
