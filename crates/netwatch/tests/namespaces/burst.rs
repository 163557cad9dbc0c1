//! More changes than anyone can be told one by one.

use std::fmt::Write as _;
use std::time::{Duration, Instant};

use crate::host::{
    addresses, alone, interface, ip, next_change, two_uplinks, until, watch_uplinks,
};

/// Far more than the kernel's queue holds: part of the events is lost.
const CHANGES: usize = 2_000;

#[test]
fn a_burst_that_overruns_the_queue_ends_with_the_true_state() {
    alone(
        "burst::a_burst_that_overruns_the_queue_ends_with_the_true_state",
        || async {
            two_uplinks();
            let mut watch = watch_uplinks().await;
            let mut lines = String::new();
            for number in 0..CHANGES {
                writeln!(
                    lines,
                    "addr add 10.77.{}.{}/32 dev wlan0",
                    number / 250,
                    number % 250 + 1
                )
                .unwrap();
            }
            // Nobody listens meanwhile: the runtime has this one thread.
            ip(&lines);
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
            // The subscription was lost with the overrun, and works again.
            ip("addr add 10.1.0.9/24 dev wlan0
            addr del 10.1.0.9/24 dev wlan0
            addr add 10.1.0.10/24 dev wlan0");
            until(&mut watch, "the change after the burst", |networks| {
                addresses(networks, "wlan0").contains(&"10.1.0.10/24".to_owned())
            })
            .await;
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
                for number in 0..CHANGES {
                    let address = format!("10.77.{}.{}/32", number / 250, number % 250 + 1);
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
            while interface(watch.networks(), "wlan0").addresses.len() != CHANGES / 2 + 1 {
                assert!(
                    start.elapsed() < Duration::from_secs(30),
                    "the burst never ends"
                );
                // The watch is cancelled a thousand times a second on the way, and must lose nothing.
                tokio::select! {
                    change = watch.changed() => { change.unwrap(); told += 1; }
                    _ = beats.tick() => heard += 1,
                }
            }
            burst.join().unwrap();
            println!(
                "measured: {} changes listened to: told {told} times in {:.0} ms, other work done {heard} times",
                CHANGES * 3 / 2,
                start.elapsed().as_secs_f64() * 1e3
            );
            assert!(heard > 0);
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
                // Each wait is polled once, and dropped if it is not over.
                tokio::select! {
                    biased;
                    change = watch.changed() => change.unwrap(),
                    () = std::future::ready(()) => tokio::task::yield_now().await,
                }
            }
        },
    );
}
