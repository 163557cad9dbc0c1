//! More changes than anyone can be told one by one.

use std::fmt::Write as _;
use std::net::IpAddr;
use std::time::{Duration, Instant};

use bellhop_netwatch::Watch;

use crate::host::{
    addresses, alone, interface, ip, next_change, two_uplinks, until, watch_uplinks,
};
use crate::witness::Witness;

/// Far more than the kernel's queue holds: part of the events is lost.
const CHANGES: usize = 6_000;
/// How long the slow reader does something else between two looks; at the kernel's pace that is hundreds of changes.
const PAUSE: Duration = Duration::from_millis(25);
const LONGEST: Duration = Duration::from_secs(60);

#[test]
fn a_burst_that_overruns_the_queue_ends_with_the_true_state() {
    alone(
        "burst::a_burst_that_overruns_the_queue_ends_with_the_true_state",
        || async {
            two_uplinks();
            let mut watch = watch_uplinks().await;
            let mut witness = Witness::new();
            let mut lines = String::new();
            for number in 0..CHANGES {
                writeln!(lines, "addr add {} dev wlan0", numbered(number)).unwrap();
            }
            // Nobody listens meanwhile: the runtime has this one thread.
            ip(&lines);
            assert_eq!(witness.read_all(), 1, "the queue was not overrun");
            let start = Instant::now();
            next_change(&mut watch).await;
            let took = start.elapsed();
            println!(
                "measured: {CHANGES} addresses added unheard: all told by the first change, {:.1} ms",
                took.as_secs_f64() * 1e3
            );
            assert_eq!(
                interface(watch.networks(), "wlan0").addresses.len(),
                CHANGES + 1
            );
            hears_again(&mut watch).await;
        },
    );
}

/// if-watch hears addresses only: of routes the watch's own subscription alone tells.
#[test]
fn a_burst_of_routes_that_overruns_the_queue_ends_with_the_true_state() {
    alone(
        "burst::a_burst_of_routes_that_overruns_the_queue_ends_with_the_true_state",
        || async {
            two_uplinks();
            let mut watch = watch_uplinks().await;
            let mut witness = Witness::new();
            let mut lines = String::new();
            for number in 1..CHANGES {
                let host = numbered(number);
                writeln!(lines, "route add {host} via 10.2.0.1 dev eth0").unwrap();
            }
            ip(&(lines + "route add default via 10.1.0.1 dev wlan0"));
            assert_eq!(witness.read_all(), 1, "the queue was not overrun");
            next_change(&mut watch).await;
            assert_eq!(interface(watch.networks(), "wlan0").gateways, [gateway(1)]);
            hears_again(&mut watch).await;
        },
    );
}

#[test]
fn a_burst_that_is_listened_to_ends_with_the_true_state_and_leaves_time_for_others() {
    alone(
        "burst::a_burst_that_is_listened_to_ends_with_the_true_state_and_leaves_time_for_others",
        || async {
            two_uplinks();
            let mut watch = watch_uplinks().await;
            let burst = std::thread::spawn(|| {
                let mut lines = String::new();
                for number in 0..CHANGES * 2 / 3 {
                    let address = numbered(number);
                    writeln!(lines, "addr add {address} dev wlan0").unwrap();
                    if number % 2 == 0 {
                        writeln!(lines, "addr del {address} dev wlan0").unwrap();
                    }
                }
                ip(&lines);
            });
            let mut told = 0;
            let mut beats = tokio::time::interval(Duration::from_millis(1));
            let mut heard = 0;
            let start = Instant::now();
            while interface(watch.networks(), "wlan0").addresses.len() != CHANGES / 3 + 1 {
                assert!(start.elapsed() < LONGEST, "the burst never ends");
                // The watch is cancelled a thousand times a second on the way, and must lose nothing.
                tokio::select! {
                    change = watch.changed() => { change.unwrap(); told += 1; }
                    _ = beats.tick() => heard += 1,
                }
            }
            burst.join().unwrap();
            println!(
                "measured: {CHANGES} changes listened to: told {told} times in {:.0} ms, other work done {heard} times",
                start.elapsed().as_secs_f64() * 1e3
            );
            assert!(heard > 0);
        },
    );
}

/// Whatever was lost, and however often: who looks rarely is told of the last state, and has it right.
#[test]
fn a_slow_reader_overrun_again_and_again_ends_with_the_true_state() {
    alone(
        "burst::a_slow_reader_overrun_again_and_again_ends_with_the_true_state",
        || async {
            two_uplinks();
            let mut watch = watch_uplinks().await;
            let mut witness = Witness::new();
            let burst = std::thread::spawn(|| ip(&mixed()));
            let (mut told, mut overruns, mut looks) = (0, 0, 0);
            let start = Instant::now();
            loop {
                // The thread itself sleeps, and the runtime with it.
                std::thread::sleep(PAUSE);
                let ended = burst.is_finished();
                overruns += witness.read_all();
                looks += 1;
                told += u32::from(change_is_told(&mut watch).await);
                if ended {
                    break;
                }
                assert!(start.elapsed() < LONGEST, "the burst never ends");
            }
            burst.join().unwrap();
            println!(
                "measured: {CHANGES} changes of four kinds, a look every {PAUSE:?}: {looks} looks, overrun {overruns} times, told {told} times"
            );
            assert!(overruns > 0, "the queue was not overrun");
            let truth = Watch::new().await.unwrap();
            until(&mut watch, "the true state", |networks| {
                networks == truth.networks()
            })
            .await;
            assert_eq!(interface(watch.networks(), "wlan0").gateways, [gateway(1)]);
            assert_eq!(
                interface(watch.networks(), "wlan0").addresses.len(),
                CHANGES / 4 + 1
            );
            hears_again(&mut watch).await;
        },
    );
}

#[test]
fn a_change_is_not_lost_with_a_cancelled_wait() {
    alone(
        "burst::a_change_is_not_lost_with_a_cancelled_wait",
        || async {
            two_uplinks();
            let mut watch = watch_uplinks().await;
            ip("addr add 10.1.0.3/24 dev wlan0");
            let start = Instant::now();
            while addresses(watch.networks(), "wlan0").len() != 2 {
                assert!(
                    start.elapsed() < Duration::from_secs(10),
                    "the change is lost"
                );
                change_is_told(&mut watch).await;
                tokio::task::yield_now().await;
            }
        },
    );
}

/// Addresses, default routes, routes to single hosts, rules: [`CHANGES`] in all, of which the addresses and the last default route stay.
fn mixed() -> String {
    let mut lines = String::new();
    for number in 0..CHANGES / 4 {
        let address = numbered(number);
        let gateway = gateway(number % 2);
        writeln!(
            lines,
            "addr add {address} dev wlan0
            route replace default via {gateway} dev wlan0"
        )
        .unwrap();
        let both = if number % 2 == 0 {
            "rule add to 203.0.113.0/24 lookup 77 pref 7
            route replace 203.0.113.5/32 via 10.2.0.1 dev eth0"
        } else {
            "rule del pref 7
            route del 203.0.113.5/32"
        };
        writeln!(lines, "{both}").unwrap();
    }
    lines
}

fn numbered(number: usize) -> String {
    format!("10.77.{}.{}/32", number / 250, number % 250 + 1)
}

fn gateway(number: usize) -> IpAddr {
    [10, 1, 0, if number == 0 { 254 } else { 1 }].into()
}

/// Whether a change is told at once: the wait is polled once, and dropped if it is not over.
async fn change_is_told(watch: &mut Watch) -> bool {
    tokio::select! {
        biased;
        change = watch.changed() => { change.unwrap(); true }
        () = tokio::task::yield_now() => false,
    }
}

/// The subscription that was lost with an overrun works again: of routes it alone tells.
async fn hears_again(watch: &mut Watch) {
    ip("route replace default via 10.1.0.9 dev wlan0
        route replace default via 10.1.0.10 dev wlan0");
    let last: IpAddr = [10, 1, 0, 10].into();
    until(watch, "the change after the burst", |networks| {
        interface(networks, "wlan0").gateways == [last]
    })
    .await;
}
