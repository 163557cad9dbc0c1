//! One change of network, measured: from usable to stored, and what was sent for it.

use std::time::{Duration, SystemTime};

use crate::company::{Event, Kind};

/// Above the limit by more than this, a change is not slow but of another kind: it waited for a poll, a settling time, or the copy that
/// follows a lost request after half a second (RFC 3261 §17.1.2.2, T1). A busy machine alone costs up to half of that.
const KIND_MS: f64 = 400.0;

/// What a change cost.
#[derive(Clone, Debug, PartialEq)]
pub struct Run {
    /// Milliseconds from the usable network (T0) to the binding stored (T1); below zero if it was stored before T0 was heard.
    pub took_ms: f64,
    /// Milliseconds that no client can beat: half a round trip, and one more for every 401 and 403.
    pub limit_ms: f64,
    /// 401s before the binding was stored.
    pub challenges: usize,
    /// 403s before it.
    pub refusals: usize,
    /// Different REGISTERs that bind, until things were quiet again.
    pub registers: usize,
    /// Different REGISTERs that only remove what was left.
    pub clean_ups: usize,
    /// What is wrong with it, beyond being slow.
    pub faults: Vec<String>,
}

impl Run {
    /// Reads off what happened at the registrar since the change `began`.
    #[must_use]
    pub fn read(
        began: SystemTime,
        usable: SystemTime,
        stored: SystemTime,
        events: &[Event],
        round_trip: Duration,
    ) -> Self {
        let since: Vec<_> = events.iter().filter(|event| event.at >= began).collect();
        let count = |kind| {
            let of_kind = |event: &&&Event| event.kind == kind && event.at <= stored;
            since.iter().filter(of_kind).count()
        };
        let (challenges, refusals) = (count(Kind::Challenged), count(Kind::Refused));
        let round_trip_ms = round_trip.as_secs_f64() * 1e3;
        #[expect(clippy::cast_precision_loss, reason = "a handful")]
        let limit_ms = round_trip_ms * (0.5 + (challenges + refusals) as f64);
        Self {
            took_ms: milliseconds(usable, stored),
            limit_ms,
            challenges,
            refusals,
            registers: different(&since, |event| !event.removes()),
            clean_ups: different(&since, Event::removes),
            faults: Vec::new(),
        }
    }

    /// Adds a fault when this was not only slow but of another kind.
    pub fn fault_if_another_kind(&mut self) {
        self.fault_if_over(KIND_MS);
    }

    /// Adds a fault when this was more than `most` milliseconds above the limit.
    pub fn fault_if_over(&mut self, most: f64) {
        if self.over_ms() > most {
            self.faults.push(format!(
                "took {:.1} ms, {:.1} ms above the limit",
                self.took_ms,
                self.over_ms()
            ));
        }
    }

    /// Adds a fault when the registrar asked or refused more than once: one new nonce, and one more try after a 403, are enough.
    pub fn fault_if_repeated(&mut self) {
        let (challenges, refusals) = (self.challenges, self.refusals);
        if challenges > 1 || refusals > 1 {
            self.faults
                .push(format!("got {challenges} 401s and {refusals} 403s"));
        }
    }

    /// Adds a fault when the registrar did not ask for credentials: the nonce that was to be run out was not.
    pub fn fault_if_not_challenged(&mut self) {
        if self.challenges == 0 {
            self.faults.push("the nonce had not run out".to_owned());
        }
    }

    /// How far above what no client can beat.
    #[must_use]
    pub fn over_ms(&self) -> f64 {
        self.took_ms - self.limit_ms
    }
}

/// From one time to another; below zero when they are the other way round.
#[must_use]
pub fn milliseconds(from: SystemTime, to: SystemTime) -> f64 {
    match to.duration_since(from) {
        Ok(passed) => passed.as_secs_f64() * 1e3,
        Err(before) => -before.duration().as_secs_f64() * 1e3,
    }
}

/// Copies of one REGISTER count once.
fn different(events: &[&Event], wanted: impl Fn(&Event) -> bool) -> usize {
    let arrived = events
        .iter()
        .filter(|event| event.kind == Kind::Arrived && wanted(event));
    let mut numbers: Vec<_> = arrived.map(|event| (&event.call_id, event.cseq)).collect();
    numbers.sort_unstable();
    numbers.dedup();
    numbers.len()
}

/// Least, median, 95th percentile (nearest rank) and most of some values.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Spread {
    /// Least.
    pub min: f64,
    /// Half are not above it.
    pub median: f64,
    /// 95 of 100 are not above it.
    pub p95: f64,
    /// Most.
    pub max: f64,
}

impl Spread {
    /// Of `values`, unless there are none.
    #[must_use]
    pub fn of(values: impl IntoIterator<Item = f64>) -> Option<Self> {
        let mut sorted: Vec<f64> = values.into_iter().collect();
        sorted.sort_by(f64::total_cmp);
        let rank = |percent: usize| {
            sorted
                .get((sorted.len() * percent).div_ceil(100).saturating_sub(1))
                .copied()
        };
        Some(Self {
            min: *sorted.first()?,
            median: rank(50)?,
            p95: rank(95)?,
            max: *sorted.last()?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(milliseconds: u64, kind: Kind, cseq: u32, contact: &str) -> Event {
        let at = SystemTime::UNIX_EPOCH + Duration::from_millis(milliseconds);
        let source = "198.51.100.2:20000".parse().unwrap();
        Event {
            at,
            kind,
            source,
            call_id: "c".into(),
            cseq,
            contact: contact.into(),
        }
    }

    #[test]
    fn a_challenge_raises_the_limit_and_copies_count_once() {
        let events = [
            event(5, Kind::Arrived, 1, "<sip:old>"),
            event(30, Kind::Arrived, 2, "<sip:new>"),
            event(31, Kind::Challenged, 2, "<sip:new>"),
            event(70, Kind::Arrived, 3, "<sip:new>"),
            event(71, Kind::Arrived, 3, "<sip:new>"),
            event(71, Kind::Saved, 3, "<sip:new>"),
            event(120, Kind::Arrived, 4, "<sip:new>, <sip:old>;expires=0"),
        ];
        let at = |milliseconds| SystemTime::UNIX_EPOCH + Duration::from_millis(milliseconds);
        let run = Run::read(at(8), at(10), at(71), &events, Duration::from_millis(40));
        assert_eq!((run.took_ms, run.limit_ms, run.challenges), (61.0, 60.0, 1));
        assert_eq!((run.registers, run.clean_ups), (2, 1));
    }

    #[test]
    fn a_refusal_raises_the_limit_and_a_second_one_is_a_fault() {
        let events = [
            event(30, Kind::Refused, 2, "<sip:new>"),
            event(71, Kind::Saved, 3, "<sip:new>"),
        ];
        let at = |milliseconds| SystemTime::UNIX_EPOCH + Duration::from_millis(milliseconds);
        let mut run = Run::read(at(8), at(10), at(71), &events, Duration::from_millis(40));
        run.fault_if_repeated();
        assert_eq!((run.limit_ms, run.refusals, run.faults.len()), (60.0, 1, 0));
        run.refusals = 2;
        run.fault_if_repeated();
        assert_eq!(run.faults.len(), 1);
    }

    #[test]
    fn a_spread_is_of_the_nearest_rank() {
        let spread = Spread::of((1..=20).map(f64::from)).unwrap();
        assert_eq!(
            spread,
            Spread {
                min: 1.0,
                median: 10.0,
                p95: 19.0,
                max: 20.0
            }
        );
        assert_eq!(Spread::of([]), None);
    }
}
