//! What a guard does to sources that misbehave, and that it does it to no others.

use std::net::Ipv4Addr;

use super::*;

const PHONE: &str = "192.168.1.20";
const STRANGER: &str = "192.168.1.66";

#[allow(
    clippy::disallowed_methods,
    reason = "there is no other way to an Instant"
)]
fn guard() -> (Guard, Instant) {
    (Guard::new(GuardConfig::default(), [7; 32]), Instant::now())
}

fn ip(text: &str) -> IpAddr {
    text.parse().unwrap()
}

fn after(t0: Instant, millis: u64) -> Instant {
    t0 + Duration::from_millis(millis)
}

/// Fails so often at that time.
fn fail(guard: &mut Guard, now: Instant, from: &str, times: usize) -> Vec<Treatment> {
    (0..times)
        .map(|_| guard.judge(now, ip(from), Outcome::Failed))
        .collect()
}

#[test]
fn challenges_to_one_source_are_capped_and_others_get_theirs() {
    let (mut guard, t0) = guard();
    // Somebody is at home there, or it would look around.
    guard.judge(t0, ip(STRANGER), Outcome::Served);
    guard.judge(t0, ip(PHONE), Outcome::Served);
    let sent = |guard: &mut Guard, from: &str| {
        (0..1000)
            .filter(|_| guard.judge(t0, ip(from), Outcome::Challenged) == Treatment::Send)
            .count()
    };
    assert_eq!(sent(&mut guard, STRANGER), 80);
    assert_eq!(sent(&mut guard, PHONE), 80);
    let later = after(t0, 1000);
    let more = (0..1000)
        .filter(|_| guard.judge(later, ip(STRANGER), Outcome::Challenged) == Treatment::Send);
    assert_eq!(more.count(), 20);
}

#[test]
fn requests_of_one_source_are_capped_and_others_are_served() {
    let (mut guard, t0) = guard();
    let served = |guard: &mut Guard, from: &str| {
        (0..1000)
            .filter(|_| guard.admit(t0, ip(from)) == Admission::Serve)
            .count()
    };
    assert_eq!(served(&mut guard, STRANGER), 200);
    assert_eq!(served(&mut guard, PHONE), 200);
    guard.reconfigure(GuardConfig {
        requests_per_second: 0,
        strangers_per_second: 0,
        ..GuardConfig::default()
    });
    assert_eq!(served(&mut guard, STRANGER), 1000);
}

#[test]
fn requests_of_all_strangers_together_are_capped_and_those_of_phones_and_of_this_machine_are_not() {
    let (mut guard, t0) = guard();
    guard.judge(t0, ip(PHONE), Outcome::Served);
    let served = |guard: &mut Guard, now: Instant| {
        (0..10)
            .flat_map(|net| (0..254).map(move |host| Ipv4Addr::new(10, 0, net, host)))
            .filter(|source| guard.admit(now, (*source).into()) == Admission::Serve)
            .count()
    };
    assert_eq!(served(&mut guard, t0), 1000);
    assert_eq!(served(&mut guard, after(t0, 100)), 100);
    assert_eq!(guard.admit(t0, ip(PHONE)), Admission::Serve);
    assert_eq!(guard.admit(t0, ip("127.0.0.1")), Admission::Serve);
    guard.reconfigure(GuardConfig {
        strangers_per_second: 0,
        ..GuardConfig::default()
    });
    assert_eq!(served(&mut guard, after(t0, 100)), 2540);
}

#[test]
fn failures_are_slowed_more_and_more_and_then_banned() {
    let (mut guard, t0) = guard();
    let treated = fail(&mut guard, t0, STRANGER, 10);
    assert_eq!(treated[..2], [Treatment::Send; 2]);
    // Each waits for the one before.
    assert_eq!(treated[2], Treatment::After(Duration::from_millis(250)));
    assert_eq!(treated[3], Treatment::After(Duration::from_millis(750)));
    assert_eq!(treated[4], Treatment::After(Duration::from_millis(1750)));
    assert_eq!(treated[9], Treatment::Withhold);
    let ban = Duration::from_secs(600);
    let banned = GuardEvent::Banned {
        ip: ip(STRANGER),
        for_: ban,
    };
    assert_eq!(guard.poll_event(), Some(banned));
    assert_eq!(guard.admit(t0, ip(STRANGER)), Admission::Drop);
    assert_eq!(guard.admit(t0, ip(PHONE)), Admission::Serve);
    assert_eq!(guard.poll_timeout(), Some(t0 + ban));
    assert_eq!(
        guard.admit(after(t0, 599_999), ip(STRANGER)),
        Admission::Drop
    );
    assert_eq!(guard.admit(t0 + ban, ip(STRANGER)), Admission::Serve);
    assert_eq!(
        guard.poll_event(),
        Some(GuardEvent::Freed { ip: ip(STRANGER) })
    );
    assert_eq!(guard.poll_event(), None);
}

#[test]
fn failures_are_forgiven_with_time_and_not_by_a_login_that_succeeds() {
    let (mut guard, t0) = guard();
    for minute in 0..100 {
        let now = after(t0, minute * 60_000);
        assert_ne!(fail(&mut guard, now, PHONE, 1), [Treatment::Withhold]);
    }
    let mut treated = Vec::new();
    for _ in 0..10 {
        treated.extend(fail(&mut guard, t0, STRANGER, 1));
        guard.judge(t0, ip(STRANGER), Outcome::Served);
    }
    assert_eq!(treated.last(), Some(&Treatment::Withhold));
    assert_eq!(guard.admit(t0, ip(STRANGER)), Admission::Drop);
}

#[test]
fn loopback_is_slowed_and_never_banned() {
    for loopback in ["127.0.0.1", "127.9.9.9", "::1", "::ffff:127.0.0.1"] {
        let (mut guard, t0) = guard();
        let treated = fail(&mut guard, t0, loopback, 1000);
        let answered = treated.iter().filter(|t| **t != Treatment::Withhold);
        assert!(answered.count() <= 20, "{loopback}");
        assert_eq!(guard.admit(t0, ip(loopback)), Admission::Serve);
        // A minute later there is still no more than an answer in four seconds.
        let mut sent = 0;
        for second in 60..120 {
            let now = after(t0, second * 1000);
            let answered = fail(&mut guard, now, loopback, 100);
            sent += answered
                .iter()
                .filter(|t| **t != Treatment::Withhold)
                .count();
        }
        assert!((10..=25).contains(&sent), "{loopback}: {sent}");
        assert_eq!(guard.poll_event(), None);
    }
}

#[test]
fn of_ipv6_the_network_is_the_source() {
    let (mut guard, t0) = guard();
    for host in 1..=10 {
        fail(&mut guard, t0, &format!("2001:db8:1:2::{host}"), 1);
    }
    assert_eq!(guard.admit(t0, ip("2001:db8:1:2:ffff::1")), Admission::Drop);
    assert_eq!(guard.admit(t0, ip("2001:db8:1:3::1")), Admission::Serve);
    // IPv4 in IPv6 clothes is IPv4.
    fail(&mut guard, t0, "::ffff:192.168.1.66", 10);
    assert_eq!(guard.admit(t0, ip(STRANGER)), Admission::Drop);
    assert_eq!(guard.admit(t0, ip("::ffff:192.168.1.20")), Admission::Serve);
}

#[test]
fn a_flood_from_everywhere_is_bounded_and_known_phones_are_served_through_it() {
    let (mut guard, t0) = guard();
    guard.judge(t0, ip(PHONE), Outcome::Served);
    let flood = |guard: &mut Guard, now: Instant| {
        let mut challenged = 0;
        for n in 0..65_536u32 {
            let from = IpAddr::V4((0x0a00_0000 | n).into());
            if guard.admit(now, from) == Admission::Serve
                && guard.judge(now, from, Outcome::Challenged) == Treatment::Send
            {
                challenged += 1;
            }
        }
        challenged
    };
    assert!(flood(&mut guard, t0) <= 4096 + 80);
    for round in 1..8 {
        let now = after(t0, round * 500_000);
        flood(&mut guard, now);
        assert!(guard.sources.len() <= 4096);
    }
    let now = after(t0, 3_660_000);
    assert_eq!(guard.admit(now, ip(PHONE)), Admission::Serve);
    assert_eq!(
        guard.judge(now, ip(PHONE), Outcome::Challenged),
        Treatment::Send
    );
}

#[test]
fn the_crowd_can_be_slowed_and_not_banned() {
    let (mut guard, t0) = guard();
    guard.reconfigure(GuardConfig {
        max_sources: 1,
        ..GuardConfig::default()
    });
    guard.admit(t0, ip(PHONE));
    let treated = fail(&mut guard, t0, STRANGER, 100);
    assert!(
        treated
            .iter()
            .filter(|t| **t != Treatment::Withhold)
            .count()
            < 20
    );
    assert_eq!(guard.admit(t0, ip("192.168.1.67")), Admission::Serve);
    assert_eq!(guard.poll_event(), None);
}

#[test]
fn a_stranger_who_asks_what_is_here_hears_nothing_and_is_banned_in_the_end() {
    let (mut guard, t0) = guard();
    let ask = |guard: &mut Guard, from: &str| guard.judge(t0, ip(from), Outcome::Open);
    assert_eq!(ask(&mut guard, STRANGER), Treatment::Withhold);
    guard.judge(t0, ip(PHONE), Outcome::Served);
    assert!((0..1000).all(|_| ask(&mut guard, PHONE) == Treatment::Send));
    assert!((0..1000).all(|_| ask(&mut guard, "127.0.0.1") == Treatment::Send));
    assert_eq!(guard.poll_event(), None);
    for _ in 0..49 {
        ask(&mut guard, STRANGER);
    }
    assert!(matches!(
        guard.poll_event(),
        Some(GuardEvent::Banned { .. })
    ));
    assert_eq!(guard.admit(t0, ip(STRANGER)), Admission::Drop);
    assert_eq!(guard.admit(t0, ip(PHONE)), Admission::Serve);
}

#[test]
fn a_stranger_who_tries_one_number_after_the_other_is_banned_and_one_who_waits_is_not() {
    for outcome in [Outcome::Challenged, Outcome::Refused] {
        let (mut guard, t0) = guard();
        let answered = (0..1000)
            .filter(|_| guard.judge(t0, ip(STRANGER), outcome) == Treatment::Send)
            .count();
        assert_eq!(answered, 49);
        assert_eq!(guard.admit(t0, ip(STRANGER)), Admission::Drop);
        // A phone that has its password wrong or its domain.
        for second in 0..10_000 {
            let now = after(t0, 2000 * second);
            assert_eq!(guard.judge(now, ip(PHONE), outcome), Treatment::Send);
        }
    }
}
