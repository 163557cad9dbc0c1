//! Clocks that jump: a sleep that nobody announced, and a time of day that is set back.
#![cfg(target_os = "linux")]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "helpers of tests"
)]

mod common;

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant, SystemTime};

use bellhop_control::protocol::{Reply, Request};
use bellhop_control::snapshot::{Cause, LineState};
use bellhop_control::timestamp::Timestamp;
use bellhop_engine::Clocks;
use common::{Running, registrar};

const DAY: u64 = 86_400;

#[tokio::test]
async fn a_sleep_that_only_the_clocks_tell_of_is_followed_by_a_new_binding() {
    static ASLEEP: AtomicU64 = AtomicU64::new(1_000);
    let clocks = Clocks {
        asleep: || Some(Duration::from_secs(ASLEEP.load(Ordering::Relaxed))),
        ..Clocks::default()
    };
    let mut engine = Running::by(clocks, registrar()).await;
    let mut before = engine.line_in(LineState::Registered).await;
    for seconds in [3, 8 * 3600] {
        ASLEEP.fetch_add(seconds, Ordering::Relaxed);
        let until = Instant::now() + Duration::from_secs(5);
        let line = loop {
            // Whatever wakes the engine makes it look at its clocks.
            let line = engine.line_in(LineState::Registered).await;
            if line.last_rebind != before.last_rebind {
                break line;
            }
            assert!(Instant::now() < until, "it sleeps on");
        };
        assert_eq!(line.last_rebind.as_ref().unwrap().cause, Cause::Wake);
        assert_ne!(line.flows[0].local, before.flows[0].local, "a new flow");
        before = line;
    }
    ASLEEP.fetch_sub(500, Ordering::Relaxed);
    assert_eq!(engine.line_in(LineState::Registered).await, before);
    engine.stop().await;
}

#[tokio::test]
async fn a_time_of_day_that_is_set_back_or_on_a_day_changes_what_is_shown_and_nothing_else() {
    static AHEAD: AtomicU64 = AtomicU64::new(DAY);
    fn wall() -> SystemTime {
        SystemTime::now() - Duration::from_secs(DAY)
            + Duration::from_secs(AHEAD.load(Ordering::Relaxed))
    }
    let clocks = Clocks {
        wall,
        ..Clocks::default()
    };
    let mut engine = Running::by(clocks, registrar()).await;
    engine.line_in(LineState::Registered).await;
    let sent = messages(&mut engine).await;
    for ahead in [0, 2 * DAY] {
        AHEAD.store(ahead, Ordering::Relaxed);
        // The turn of the first request sees the new time, the second one's answer shows it.
        engine.line_in(LineState::Registered).await;
        let line = engine.line_in(LineState::Registered).await;
        let (now, ends) = (Timestamp::from(wall()), line.flows[0].expires_at.unwrap());
        let latest = Timestamp::from(wall() + Duration::from_secs(2 * 3600));
        assert!(now < ends && ends < latest, "{now:?} {ends:?}");
        assert_eq!(messages(&mut engine).await, sent, "nobody was bothered");
    }
    let line = "work".to_owned();
    let (pause, resume) = (
        Request::Pause { line: line.clone() },
        Request::Resume { line },
    );
    assert_eq!(engine.ask(pause).await, Reply::Done);
    assert_eq!(engine.ask(resume).await, Reply::Done);
    engine.stop().await;
}

async fn messages(engine: &mut Running) -> usize {
    let Reply::Trace { entries, .. } = engine.ask(Request::Trace).await else {
        panic!("no trace")
    };
    entries.len()
}
