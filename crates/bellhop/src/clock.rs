//! The time of day as the person's clock shows it.

use bellhop_control::face::Here;
use bellhop_control::timestamp::Timestamp;
use time::UtcOffset;

/// What is needed to say when something was.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Clock {
    now: Timestamp,
    offset: UtcOffset,
}

impl Clock {
    /// The clock of now. Call it before other threads run: the system tells the time zone to a lone thread only, others get UTC.
    pub(crate) fn start() -> Clock {
        Clock {
            now: Timestamp::now(),
            offset: UtcOffset::current_local_offset().unwrap_or(UtcOffset::UTC),
        }
    }

    /// The same clock later.
    pub(crate) fn ticked(self) -> Clock {
        Clock {
            now: Timestamp::now(),
            ..self
        }
    }

    #[cfg(test)]
    pub(crate) fn at(now: Timestamp) -> Clock {
        Clock {
            now,
            offset: UtcOffset::UTC,
        }
    }

    pub(crate) fn now(self) -> Timestamp {
        self.now
    }

    /// For the words that every view uses.
    pub(crate) fn here(self) -> Here {
        Here {
            now: self.now,
            offset: self.offset,
        }
    }

    /// "14:02", "yesterday 14:02", "2026-11-20 14:02".
    pub(crate) fn moment(self, moment: Timestamp) -> String {
        self.here().moment(moment)
    }

    /// "14:02:05.123".
    pub(crate) fn exactly(self, moment: Timestamp) -> String {
        let there = moment.as_utc().to_offset(self.offset);
        format!(
            "{:02}:{:02}:{:02}.{:03}",
            there.hour(),
            there.minute(),
            there.second(),
            there.millisecond()
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_read_as_people_say_them() {
        let at = |text| Timestamp::parse(text).unwrap();
        let clock = Clock::at(at("2026-11-23T15:00:00Z"));
        assert_eq!(clock.moment(at("2026-11-23T14:02:59Z")), "14:02");
        assert_eq!(clock.moment(at("2026-11-22T14:02:00Z")), "yesterday 14:02");
        assert_eq!(clock.moment(at("2026-11-20T14:02:00Z")), "2026-11-20 14:02");
        assert_eq!(
            clock.exactly(at("2026-11-23T14:02:05.007Z")),
            "14:02:05.007"
        );
        let abroad = Clock {
            offset: UtcOffset::from_hms(10, 0, 0).unwrap(),
            ..clock
        };
        assert_eq!(abroad.moment(at("2026-11-23T14:02:00Z")), "00:02");
    }
}
