use std::time::{Duration, Instant};

use super::{Table, Timers};

const SECOND: Duration = Duration::from_secs(1);

/// Where virtual time starts.
#[allow(
    clippy::disallowed_methods,
    reason = "std offers no other Instant to count from; only differences matter"
)]
fn base() -> Instant {
    Instant::now()
}

#[test]
fn the_derived_timers_are_those_of_table_4() {
    let timers = Timers::default();
    assert_eq!(timers.transaction(), 32 * SECOND);
    assert_eq!(timers.before_100(), Duration::from_millis(3_500));
    assert_eq!(timers.doubled(timers.t1), SECOND);
    assert_eq!(timers.doubled(3 * SECOND), 4 * SECOND);
}

#[test]
fn no_timers_make_time_stand_still() {
    let zero = Timers {
        t1: Duration::ZERO,
        t2: Duration::ZERO,
        t4: Duration::ZERO,
    };
    let timers = zero.sane();
    assert!(timers.t1 > Duration::ZERO && timers.t2 >= timers.t1);
    assert_eq!(timers.before_100(), Duration::ZERO);
}

#[test]
fn an_owner_has_one_deadline() {
    let start = base();
    let mut table = Table::new();
    table.set('a', start + SECOND);
    table.set('b', start + 2 * SECOND);
    table.set('a', start + 3 * SECOND);
    assert_eq!(table.next(), Some(start + 2 * SECOND));
    assert_eq!(table.pop_due(start + SECOND), None);
    let due: Vec<_> = std::iter::from_fn(|| table.pop_due(start + 4 * SECOND)).collect();
    assert_eq!(due, ['b', 'a']);
    assert_eq!(table.next(), None);
}

#[test]
fn a_cancelled_deadline_does_not_come() {
    let start = base();
    let mut table = Table::new();
    table.set('a', start);
    table.cancel('a');
    table.cancel('b');
    assert_eq!(table.pop_due(start), None);
}
